import { readFileSync } from "node:fs";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Heliostat } from "../ray/heliostat.ts";
import { startBrowser, takePicture } from "./browser.ts";

describe("pages of the running program, in a browser", () => {
  let heliostat: Heliostat;
  let browser: Browser;
  let token: string;

  beforeAll(async () => {
    heliostat = new Heliostat(["--simulate", "--durability", "memory"]);
    const { tokenFile } = await heliostat.until(({ event }) => event === "api");
    token = JSON.parse(readFileSync(String(tokenFile), "utf8")).tokens[0].token;
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await heliostat?.cleanUp();
  });

  it("Swagger UI of the Ray API lists what can be called, and calls it", async () => {
    const { url } = await heliostat.until(({ event }) => event === "api");
    const page = await opened(`${url}/swagger-ui/`);
    await authorise(page);
    const answer = await call(page, "/apis/v1/namespaces/{namespace}/compute_templates", {
      namespace: "default",
    });
    expect(answer).toMatch(/^200/);
    await takePicture(page, "ray-api");
    await page.close();
  });

  it("the scaler's page does too", async () => {
    const { url } = await heliostat.until(({ event }) => event === "scaler");
    const page = await opened(`${url}/docs`);
    await authorise(page);
    const answer = await call(page, "/ddl_cluster_scaler/list/{kind}", { kind: "rayclusters" });
    expect(answer).toMatch(/^200/);
    expect(answer).toContain('"name": "demo"');
    await takePicture(page, "scaler");
    await page.close();
  });

  /** The page once it shows operations; nothing of it may come from elsewhere or fail. */
  async function opened(url: string): Promise<Page> {
    const page = await browser.newPage();
    const origin = new URL(url).origin;
    const strays: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(origin) && !request.url().startsWith("data:")) strays.push(request.url());
    });
    page.on("pageerror", (error) => strays.push(String(error)));
    await page.goto(url);
    await page.locator(".opblock").first().waitFor();
    expect(strays).toEqual([]);
    return page;
  }

  async function authorise(page: Page): Promise<void> {
    await page.locator(".auth-wrapper .authorize").first().click();
    const dialog = page.locator(".dialog-ux");
    await dialog.locator("input").first().fill(token);
    await dialog.locator("button.authorize").first().click();
    await dialog.locator("button.btn-done").first().click();
  }

  /** What Swagger UI shows as the answer: status, then body. */
  async function call(
    page: Page,
    path: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<string> {
    const operation = page
      .locator(".opblock-get")
      .filter({ has: page.locator(`.opblock-summary-path[data-path="${path}"]`) });
    await operation.locator(".opblock-summary-control").click();
    await operation.locator("button.try-out__btn").click();
    for (const [name, value] of Object.entries(parameters)) await fill(operation, name, value);
    await operation.locator("button.execute").click();
    const live = operation.locator(".live-responses-table .response");
    await live.waitFor();
    const status = await live.locator(".response-col_status").textContent();
    return `${status?.trim()} ${await live.locator(".highlight-code").first().textContent()}`;
  }

  async function fill(operation: Locator, name: string, value: string): Promise<void> {
    const field = operation.locator(`tr[data-param-name="${name}"]`);
    const choice = field.locator("select");
    if ((await choice.count()) > 0) await choice.selectOption(value);
    else await field.locator("input").fill(value);
  }
});
