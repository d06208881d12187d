import type { Message } from "@bufbuild/protobuf";
import type { HttpVerb } from "@heliostat/proto";
import type { Method } from "../calls/methods.ts";
import type { ApiVersion } from "../handlers.ts";
import { DOCUMENT_STYLE } from "../v1alpha2/document-style.ts";
import { anySpellingJson } from "../v1alpha2/spelling.ts";
import { type Render, renderer, V1_STYLE } from "./rendered.ts";
import { protoJson, type ReadJson } from "./request-message.ts";
import type { Route } from "./route-table.ts";

/** What answers at one verb of one path. */
export interface ApiTarget {
  readonly method: Method;
  readonly version: ApiVersion;
  readonly read: ReadJson;
  readonly render: Render;
  /** Mend what this route leaves out of the request, in place. */
  readonly complete?: (request: Message) => void;
}

/** `document`: as KubeRay's document prints it. `camel`: as its servers of that time answered, which is as under v1. */
export type V1Alpha2Style = "document" | "camel";

/** Every method under both versions, and where v1alpha2 took jobs without a namespace in the path. */
export function apiRoutes(methods: readonly Method[], style: V1Alpha2Style): readonly Route<ApiTarget>[] {
  const v1 = { version: "v1", read: protoJson, render: renderer(V1_STYLE) } as const;
  const v1alpha2 = {
    version: "v1alpha2",
    read: anySpellingJson,
    render: renderer(style === "document" ? DOCUMENT_STYLE : V1_STYLE),
  } as const;
  return methods.flatMap((method) => {
    const { verb, path } = method.binding;
    const routes: Route<ApiTarget>[] = [{ verb, path, target: { ...v1, method } }];
    // What KubeRay never had has no older version.
    if (!path.startsWith(V1_PREFIX)) return routes;
    const oldPath = path.replace(V1_PREFIX, V1ALPHA2_PREFIX);
    routes.push({ verb, path: oldPath, target: { ...v1alpha2, method } });
    if (method.name === "CreateRayJob") routes.push(bareJobRoute(verb, { ...v1alpha2, method }));
    return routes;
  });
}

const V1_PREFIX = "/apis/v1/";
const V1ALPHA2_PREFIX = "/apis/v1alpha2/";

/** Until KubeRay 1.0 jobs were created at the collection of all, with the namespace in the query or the body. */
function bareJobRoute(verb: HttpVerb, target: ApiTarget): Route<ApiTarget> {
  return {
    verb,
    path: `${V1ALPHA2_PREFIX}jobs`,
    target: {
      ...target,
      complete(request) {
        const job = request as Message & { namespace: string; readonly job?: { readonly namespace: string } };
        if (job.namespace === "") job.namespace = job.job?.namespace ?? "";
      },
    },
  };
}
