import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiServer } from "../api-server.ts";
import { methodsOf } from "../calls/methods.ts";
import { streamMethodsOf } from "../calls/stream-methods.ts";
import { handlersThat, served } from "../testing/served-handlers.ts";
import { openApiDocument } from "./document.ts";

const METHODS = methodsOf(handlersThat(() => undefined));
let server: ApiServer;

beforeAll(async () => {
  server = await served(() => undefined);
});

afterAll(() => server.stop());

describe.each(["v1", "v1alpha2"] as const)("the document of %s", (version) => {
  const document = openApiDocument(METHODS, { version, release: "1" }) as unknown as Document;

  test("has every route, job submission included", () => {
    const routes = Object.entries(document.paths).flatMap(([path, verbs]) =>
      Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path}`),
    );
    const bound = METHODS.map(({ binding }) => `${binding.verb} ${binding.path}`)
      .filter((route) => version === "v1" || route.includes(" /apis/v1/"))
      .map((route) => route.replace("/apis/v1/", `/apis/${version}/`));
    const bare = version === "v1" ? [] : ["POST /apis/v1alpha2/jobs"];
    expect(routes.toSorted()).toEqual([...bound, ...bare].toSorted());
  });

  test("has operation ids that are unique, and references that lead somewhere", () => {
    const ids = Object.values(document.paths).flatMap((verbs) =>
      Object.values(verbs).map((each) => each.operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    const references = JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g);
    for (const [, name = ""] of references) expect(document.components.schemas).toHaveProperty(name);
  });

  test("is served", async () => {
    expect(await (await fetch(`${server.httpUrl}/openapi/${version}.json`)).json()).toMatchObject({
      openapi: "3.1.0",
    });
  });
});

test("streams and Kubernetes' own API are described where they are served", () => {
  const streamMethods = streamMethodsOf({} as never);
  const options = { version: "v1", release: "1", streamMethods, hasKubeApi: true } as const;
  const { paths } = openApiDocument(METHODS, options) as unknown as Document;
  for (const { binding } of streamMethods) expect(paths).toHaveProperty([binding.path, "get"]);
  expect(paths).toHaveProperty(["/apis/ray.io/v1/namespaces/{namespace}/rayclusters/{name}", "patch"]);
});

test("fields are described as the version writes them", () => {
  const [v1, v1alpha2] = (["v1", "v1alpha2"] as const).map(
    (version) => openApiDocument(METHODS, { version, release: "1" }) as unknown as Document,
  );
  expect(v1?.components.schemas["Cluster"]?.properties["environment"]).toMatchObject({ type: "integer" });
  expect(v1?.components.schemas["RayService"]?.properties).not.toHaveProperty("serveDeploymentGraphSpec");
  expect(v1alpha2?.components.schemas["ClusterInSnakeCase"]?.properties).toHaveProperty("deleted_at");
  expect(v1alpha2?.components.schemas["RayServiceStatus"]?.properties).toHaveProperty("rayServiceEvent");
});

test.each(["kuberay_api", "cluster", "config", "job", "job_submission", "serve", "error"])(
  "/swagger/%s.swagger.json is a document",
  async (name) => {
    const document = (await (
      await fetch(`${server.httpUrl}/swagger/${name}.swagger.json`)
    ).json()) as Document;
    expect(Object.keys(document.paths).length > 0).toBe(name !== "error");
  },
);

test("the page and its files are served, and nothing beside them", async () => {
  for (const file of ["", "swagger-initializer.js", "swagger-ui-bundle.js", "swagger-ui.css"]) {
    const answer = await fetch(`${server.httpUrl}/swagger-ui/${file}`);
    expect(answer.status).toBe(200);
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(200);
  }
  for (const path of [
    "swagger-ui/package.json",
    "swagger-ui/%2e%2e%2fpackage.json",
    "swagger/x",
    "openapi/v2.json",
  ]) {
    expect((await fetch(`${server.httpUrl}/${path}`)).status).toBe(404);
  }
});

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties: Readonly<Record<string, unknown>> }>>;
  };
}
