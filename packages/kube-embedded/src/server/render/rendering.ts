import { apiVersionOf, type KubeObject } from "@heliostat/kube";
import { stringify } from "yaml";
import type { StoredEvent, StoredList, StoredObject } from "../../api/kube-api.ts";
import type { ServedResource } from "../../registry/served-resource.ts";
import { JSON_TYPE, YAML_TYPE } from "../http/exchange.ts";
import { failureStatus } from "../http/kube-status.ts";

/** How the objects of one resource are put on the wire for one request. A live rendering serves one stream only. */
export interface Rendering {
  readonly contentType: string;
  /** Streams whose renderings say the same here are told the same. Absent: each stream is told something of its own. */
  readonly sharedAs?: string;
  /** Whether an answer shows an object in the words of the event about it. @default false */
  readonly answersAsTold?: boolean;
  object(stored: StoredObject): string;
  /** In parts, so that stored texts are passed on as they are. */
  list(list: StoredList): readonly string[];
  /** The `object` of a watch event. */
  event(event: StoredEvent): string;
}

/** Objects as they are stored. */
export function plainRendering(resource: ServedResource): Rendering {
  const identity = { kind: resource.kind, apiVersion: apiVersionOf(resource) };
  return {
    contentType: JSON_TYPE,
    sharedAs: "object",
    answersAsTold: true,
    object: (stored) => stored.json,
    list: (list) => [
      `{"kind":"${resource.listKind}","apiVersion":"${identity.apiVersion}","metadata":${listMetadata(list)},"items":[`,
      ...joined(list.items.map((stored) => listItem(stored, resource))),
      "]}",
    ],
    event: (event) => renderedEvent(event, identity, (stored) => stored.json),
  };
}

/** Objects of which only the metadata is wanted (`as=PartialObjectMetadata`). */
export function metadataRendering(resource: ServedResource): Rendering {
  return {
    contentType: JSON_TYPE,
    sharedAs: "metadata",
    object: (stored) => (isOfKind(stored, resource) ? metadataOnly(stored.object) : stored.json),
    list: (list) => [
      `{"kind":"PartialObjectMetadataList","apiVersion":"${META_VERSION}","metadata":${listMetadata(list)},"items":[`,
      ...joined(list.items.map(({ object }) => metadataOnly(object))),
      "]}",
    ],
    event: (event) => renderedEvent(event, METADATA_IDENTITY, ({ object }) => metadataOnly(object)),
  };
}

/** The same as YAML. */
export function yamlRendering(rendering: Rendering): Rendering {
  const yaml = (json: string) => stringify(JSON.parse(json), { aliasDuplicateObjects: false });
  return {
    ...rendering,
    answersAsTold: false,
    contentType: YAML_TYPE,
    object: (stored) => yaml(rendering.object(stored)),
    list: (list) => [yaml(rendering.list(list).join(""))],
  };
}

/** The same for people: one field a line. */
export function prettyRendering(rendering: Rendering): Rendering {
  const pretty = (json: string) => `${JSON.stringify(JSON.parse(json), null, 2)}\n`;
  return {
    ...rendering,
    answersAsTold: false,
    object: (stored) => pretty(rendering.object(stored)),
    list: (list) => [pretty(rendering.list(list).join(""))],
  };
}

export const META_VERSION = "meta.k8s.io/v1";

export function metadataOnly(object: KubeObject): string {
  return JSON.stringify({ ...METADATA_IDENTITY, metadata: object.metadata });
}

/** A verb may answer with something else than its resource's kind: a Scale, a Status. */
export function isOfKind({ object }: StoredObject, { kind }: ServedResource): boolean {
  return object.kind === kind;
}

/** `metadata` of a list, as JSON. */
export function listMetadata({ resourceVersion, continueToken, remainingItemCount }: StoredList): string {
  return JSON.stringify({
    resourceVersion,
    ...(continueToken === undefined ? {} : { continue: continueToken }),
    ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
  });
}

/** The `object` of an event: by `render` if it brings one, else what Kubernetes sends with its type. */
export function renderedEvent(
  event: StoredEvent,
  identity: { readonly kind: string; readonly apiVersion: string },
  render: (stored: StoredObject) => string,
): string {
  if (event.type === "ERROR") return JSON.stringify(failureStatus(event.error));
  return event.type === "BOOKMARK" ? bookmark(event, identity) : render(event.stored);
}

export function joined(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text, index) => (index === 0 ? [text] : [",", text]));
}

const METADATA_IDENTITY = { kind: "PartialObjectMetadata", apiVersion: META_VERSION } as const;

/** Kubernetes rule: items of a list carry no kind and apiVersion of their own, unless their kind is custom. */
function listItem({ json }: StoredObject, resource: ServedResource): string {
  if (resource.isCustom) return json;
  const identity = `{"apiVersion":"${apiVersionOf(resource)}","kind":"${resource.kind}",`;
  return json.startsWith(identity) ? `{${json.slice(identity.length)}` : json;
}

function bookmark(
  event: StoredEvent & { readonly type: "BOOKMARK" },
  identity: { readonly kind: string; readonly apiVersion: string },
): string {
  const { resourceVersion, isInitialEventsEnd } = event;
  const annotations = isInitialEventsEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {};
  return JSON.stringify({ ...identity, metadata: { resourceVersion, ...annotations } });
}
