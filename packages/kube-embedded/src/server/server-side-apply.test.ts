import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiAnswer, callApi } from "../testing/api-caller.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.remove());

/** `target` is a name and a query: `a?fieldManager=m`. */
function patch(target: string, body: string, type = "application/apply-patch+yaml"): Promise<ApiAnswer> {
  const path = `/api/v1/namespaces/default/configmaps/${target}`;
  return callApi(server, path, { method: "PATCH", body, headers: { "content-type": type } });
}

const YAML = (value: string): string => `apiVersion: v1\nkind: ConfigMap\ndata:\n  key: "${value}"\n`;

describe("server-side apply over HTTP", () => {
  it("takes YAML and JSON, and says whether it created", async () => {
    expect(await patch("both?fieldManager=m", YAML("1"))).toMatchObject({
      status: 201,
      json: { metadata: { name: "both", managedFields: [{ manager: "m", operation: "Apply" }] } },
    });
    const json = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", data: { key: "2" } });
    expect(await patch("both?fieldManager=m", json)).toMatchObject({
      status: 200,
      json: { data: { key: "2" } },
    });
  });

  it("answers a conflict with a cause for each field", async () => {
    await patch("contested?fieldManager=first", YAML("1"));
    const message = 'Apply failed with 1 conflict: conflict with "first": .data.key';
    expect(await patch("contested?fieldManager=second", YAML("2"))).toMatchObject({
      status: 409,
      json: {
        kind: "Status",
        reason: "Conflict",
        message,
        details: {
          causes: [{ reason: "FieldManagerConflict", message: 'conflict with "first"', field: ".data.key" }],
        },
      },
    });
    expect(await patch("contested?fieldManager=second&force=true", YAML("2"))).toMatchObject({
      status: 200,
    });
  });

  it("refuses an apply that is nobody's, force elsewhere, and what is no YAML", async () => {
    expect(await patch("odd", YAML("1"))).toMatchObject({ status: 422, json: { reason: "Invalid" } });
    expect(await patch("odd?force=true", "{}", "application/merge-patch+json")).toMatchObject({
      status: 422,
    });
    expect(await patch("odd?fieldManager=m", "a: [")).toMatchObject({ status: 400 });
    expect(await patch("odd?fieldManager=m", "- a")).toMatchObject({ status: 400 });
  });

  it("is among the media types that a patch may have", async () => {
    const { status, json } = await patch("odd?fieldManager=m", "{}", "text/plain");
    expect(status).toBe(415);
    expect(json).toMatchObject({ message: expect.stringContaining("application/apply-patch+yaml") });
  });
});
