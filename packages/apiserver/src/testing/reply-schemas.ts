import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { methodsOf } from "../calls/methods.ts";
import type { ApiVersion } from "../handlers.ts";
import { apiRoutes } from "../http/api-routes.ts";
import { requestPath, segmentsOf } from "../http/request-path.ts";
import { routeTable } from "../http/route-table.ts";
import { openApiDocument } from "../openapi/document.ts";
import { handlersThat } from "./served-handlers.ts";

/** One answer of the API as a test saw it. */
export interface SeenReply {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The request's target. */
  readonly url: string;
  readonly status: number;
  readonly body: unknown;
}

/** Says what is wrong with a reply by the OpenAPI documents; `undefined` when nothing is. */
export function replyChecker(): (reply: SeenReply) => string | undefined {
  const methods = methodsOf(handlersThat(() => undefined));
  const routes = routeTable(
    apiRoutes(methods, "document").map(({ verb, path, target }) => ({
      verb,
      path,
      target: { version: target.version, path, verb },
    })),
  );
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  (addFormats as unknown as typeof addFormats.default)(ajv);
  for (const version of ["v1", "v1alpha2"] as const) {
    ajv.addSchema({ ...openApiDocument(methods, { version, release: "1" }) }, version);
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

  return ({ method, url, headers = {}, status, body }) => {
    const place = status === 200 ? routes.find(segmentsOf(requestPath(url).path)) : undefined;
    const override = method === "POST" ? headers["x-http-method-override"] : undefined;
    const isForm = headers["content-type"]?.includes("form-urlencoded") === true;
    const meant = isForm && override !== undefined ? override.toUpperCase() : method;
    const target = place?.byVerb[meant as "GET"] ?? place?.byVerb.GET;
    const check =
      target === undefined
        ? validator("v1", ["components", "schemas", "Status"])
        : validator(target.version, ["paths", target.path, target.verb.toLowerCase(), ...OK_SCHEMA]);
    return check(body) ? undefined : `${method} ${url} ${status}: ${ajv.errorsText(check.errors)}`;
  };
}

const OK_SCHEMA = ["responses", "200", "content", "application/json", "schema"];

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
}
