import { type Action, create, type Plan, patch, remove } from "@heliostat/controller";
import {
  applyMergePatch,
  ENDPOINT_SLICES,
  ENDPOINTS,
  type EndpointSlice,
  type Endpoints,
  isEqualJson,
  type Json,
  type KubeObject,
  type Pod,
  type Resource,
  type Service,
} from "@heliostat/kube";
import { portGroups } from "./addresses.ts";
import { endpointSlicesOf, endpointsOf } from "./builders.ts";

/** What there is and what there should be about one service's addresses. */
export interface EndpointsView {
  readonly service: Service;
  /** The pods that its selector matches. */
  readonly pods: readonly Pod[];
  readonly endpoints: Endpoints | undefined;
  /** The slices that this controller made for the service. */
  readonly slices: readonly EndpointSlice[];
}

const WHY = { why: "pods behind the service have changed" };

/** Bring Endpoints and EndpointSlices of a service in line with its pods. */
export function planEndpoints({ service, pods, endpoints, slices }: EndpointsView): Plan {
  const groups = portGroups(service, pods);
  const wanted = endpointSlicesOf(service, groups);
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  return {
    actions: [
      ...slices
        .filter(({ metadata }) => !names.has(metadata.name))
        .map((slice) => remove(ENDPOINT_SLICES, slice, WHY)),
      ...planObject(ENDPOINTS, endpointsOf(service, groups), endpoints),
      ...wanted.flatMap((slice) =>
        planObject(
          ENDPOINT_SLICES,
          slice,
          slices.find(({ metadata }) => metadata.name === slice.metadata.name),
        ),
      ),
    ],
  };
}

/** Content and labels are ours; annotations, owners and finalizers that others add are left alone. */
function planObject<T extends KubeObject>(
  resource: Resource<T>,
  wanted: T,
  present: T | undefined,
): readonly Action[] {
  if (!present) return [create(resource, wanted, WHY)];
  const body = { ...withoutContent(present), ...contentOf(wanted), metadata: ownMetadata(wanted) };
  if (isEqualJson(applyMergePatch(asJson(present), body), present)) return [];
  return [patch(resource, present, { patch: { type: "merge", body }, ...WHY })];
}

function contentOf(object: KubeObject): Readonly<Record<string, Json>> {
  const { apiVersion: _, kind: __, metadata: ___, ...content } = object;
  return content as Readonly<Record<string, Json>>;
}

/** The API may store an empty list as none: what is not wanted is absent, and not empty. */
function withoutContent(object: KubeObject): Readonly<Record<string, Json>> {
  return Object.fromEntries(Object.keys(contentOf(object)).map((field) => [field, null]));
}

function ownMetadata({ metadata }: KubeObject): Json {
  return { labels: metadata.labels ?? {} };
}

function asJson(object: KubeObject): Json {
  return object as unknown as Json;
}
