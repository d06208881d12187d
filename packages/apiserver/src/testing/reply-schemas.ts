import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { methodsOf } from "../calls/methods.ts";
import { streamMethodsOf } from "../calls/stream-methods.ts";
import type { ApiVersion } from "../handlers.ts";
import { apiRoutes } from "../http/api-routes.ts";
import { requestPath, segmentsOf } from "../http/request-path.ts";
import { type Route, routeTable } from "../http/route-table.ts";
import { openApiDocument } from "../openapi/document.ts";
import { handlersThat, streamsThat } from "./served-handlers.ts";

/** One answer of the API as a test saw it. */
export interface SeenReply {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The request's target. */
  readonly url: string;
  readonly status: number;
  readonly body: unknown;
}

interface Described {
  readonly version: ApiVersion;
  readonly path: string;
  readonly verb: string;
}

/** Says what is wrong with a reply by the OpenAPI documents; `undefined` when nothing is. */
export function replyChecker(): (reply: SeenReply) => string | undefined {
  const methods = methodsOf(handlersThat(() => undefined));
  const streamMethods = streamMethodsOf(streamsThat(() => undefined));
  const routes = routeTable([
    ...apiRoutes(methods, "document").map(({ verb, path, target }) => ({
      verb,
      path,
      target: { version: target.version, path, verb },
    })),
    ...streamMethods.map(({ binding: { verb, path } }): Route<Described> => {
      return { verb, path, target: { version: "v1", path, verb } };
    }),
  ]);
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  (addFormats as unknown as typeof addFormats.default)(ajv);
  for (const version of ["v1", "v1alpha2"] as const) {
    const options = { version, release: "1", streamMethods, hasKubeApi: version === "v1" };
    ajv.addSchema({ ...openApiDocument(methods, options) }, version);
  }
  const compiled = new Map<string, ValidateFunction>();

  function validator(version: ApiVersion, pointer: readonly string[]): ValidateFunction {
    const ref = `${version}#/${pointer.map(escaped).join("/")}`;
    const known = compiled.get(ref);
    if (known !== undefined) return known;
    const made = ajv.compile({ $ref: ref });
    compiled.set(ref, made);
    return made;
  }

  return (reply) => (reply.url.startsWith("/apis/ray.io/v1") ? kubeProblem(reply) : problem(reply));

  function problem(reply: SeenReply): string | undefined {
    const { method, url, status, body } = reply;
    const place = status === 200 ? routes.find(segmentsOf(requestPath(url).path)) : undefined;
    const target = place?.byVerb[meantMethod(reply) as "GET"] ?? place?.byVerb.GET;
    const check =
      target === undefined
        ? validator("v1", ["components", "schemas", "Status"])
        : validator(target.version, ["paths", target.path, target.verb.toLowerCase(), ...OK_SCHEMA]);
    return check(body) ? undefined : `${method} ${url} ${status}: ${ajv.errorsText(check.errors)}`;
  }

  function kubeProblem({ method, url, status, body }: SeenReply): string | undefined {
    const check =
      status < 300
        ? validator("v1", ["paths", KUBE_PATH, "get", "responses", "2XX", ...JSON_SCHEMA])
        : validator("v1", ["components", "schemas", "KubernetesStatus"]);
    const isTold = status < 300 || (body as { readonly code?: number }).code === status;
    if (check(body) && isTold) return undefined;
    return `${method} ${url} ${status}: ${ajv.errorsText(check.errors)}`;
  }
}

/** A form may say that another verb is meant. */
function meantMethod({ method, headers = {} }: SeenReply): string {
  const override = method === "POST" ? headers["x-http-method-override"] : undefined;
  const isForm = headers["content-type"]?.includes("form-urlencoded") === true;
  return isForm && override !== undefined ? override.toUpperCase() : method;
}

/** What every reply under `/apis/ray.io/v1` is: an object, or why there is none. */
const KUBE_PATH = "/apis/ray.io/v1/rayclusters";

const JSON_SCHEMA = ["content", "application/json", "schema"];
const OK_SCHEMA = ["responses", "200", ...JSON_SCHEMA];

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
}
