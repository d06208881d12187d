import { afterEach, describe, expect, it } from "vitest";
import { UserError } from "../user-error.ts";
import { type MetricsPages, type MetricsServer, serveMetrics } from "./metrics-server.ts";

const ANYWHERE = { host: "127.0.0.1", port: 0 };
let server: MetricsServer;
afterEach(() => server.close());

describe("serveMetrics()", () => {
  it("serves metrics and health, and says what there is besides", async () => {
    server = await serveMetrics(pages(), ANYWHERE);
    expect(await get("/metrics")).toEqual([200, "up 1\n"]);
    expect(await get("/healthz")).toEqual([200, "ok"]);
    expect(await get("/readyz?verbose")).toEqual([200, "ok"]);
    expect((await get("/"))[0]).toBe(404);
  });

  it("is not ready while there is a reason", async () => {
    server = await serveMetrics(pages({ whyNotReady: () => "no API" }), ANYWHERE);
    expect(await get("/readyz")).toEqual([503, "no API\n"]);
    expect((await get("/healthz"))[0]).toBe(200);
  });

  it("names the flag when the address is taken", async () => {
    server = await serveMetrics(pages(), ANYWHERE);
    const port = Number(new URL(server.url).port);
    const again = serveMetrics(pages(), { ...ANYWHERE, port });
    await expect(again).rejects.toThrow(UserError);
    await expect(again).rejects.toMatchObject({ hint: expect.stringContaining("--metrics-listen") });
  });
});

function pages(given: Partial<MetricsPages> = {}): MetricsPages {
  const text = async () => "up 1\n";
  return { contentType: "text/plain", text, whyNotReady: () => undefined, ...given };
}

async function get(path: string): Promise<readonly [status: number, text: string]> {
  const response = await fetch(`${server.url}${path}`);
  return [response.status, await response.text()];
}
