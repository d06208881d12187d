import { existsSync } from "node:fs";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TOKEN } from "../../packages/apiserver/src/testing/served-handlers.ts";
import { type ServedWorld, servedWorld } from "../../packages/apiserver/src/testing/served-world.ts";

/** Where Debian and others keep their browser. */
const BROWSER = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

describe.skipIf(BROWSER === undefined)(
  "the page of the API server, in a browser (apt-get install chromium)",
  () => {
    let served: ServedWorld;
    let browser: Browser;
    let page: Page;
    const complaints: string[] = [];

    beforeAll(async () => {
      served = await servedWorld();
      await served.fetch("/apis/v1/namespaces/default/compute_templates", {
        method: "POST",
        body: JSON.stringify({ name: "seen-in-a-browser", namespace: "default", cpu: 1, memory: 2 }),
      });
      browser = await chromium.launch({ executablePath: BROWSER ?? "", args: ["--no-sandbox"] });
      page = await browser.newPage({ viewport: { width: 1200, height: 1600 } });
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("console", (message) => {
        if (message.text().includes("Content Security Policy")) complaints.push(message.text());
      });
    });

    afterAll(async () => {
      await browser?.close();
      await served?.stop();
    });

    test("shows every service, takes a token, and calls a method", async () => {
      await page.goto(`${served.server.httpUrl}/swagger-ui/`);
      await page.getByText("RayJobSubmissionService", { exact: true }).waitFor();
      await page.getByRole("button", { name: "Authorize" }).click();
      await page.locator(".auth-container input").fill(TOKEN);
      await page.locator(".auth-btn-wrapper .authorize").click();
      await page.locator(".auth-btn-wrapper .btn-done").click();

      const operation = page.locator(
        "#operations-ComputeTemplateService-ComputeTemplateService_ListAllComputeTemplates",
      );
      await operation.locator(".opblock-summary-control").click();
      await operation.getByRole("button", { name: "Try it out" }).click();
      await operation.getByRole("button", { name: "Execute" }).click();
      const answer = operation.locator(".live-responses-table .response");
      await answer.getByText("seen-in-a-browser").first().waitFor();
      expect(await answer.locator(".response-col_status").textContent()).toContain("200");

      const picture = join(await mkdtemp(join(tmpdir(), "heliostat-web-")), "swagger-ui.png");
      await answer.scrollIntoViewIfNeeded();
      await page.screenshot({ path: picture });
      process.stdout.write(`picture of the page: ${picture}\n`);
      expect((await readFile(picture)).length).toBeGreaterThan(20_000);
      expect(complaints).toEqual([]);
    });

    test("switches to v1alpha2", async () => {
      await page.locator("select#select").selectOption({ label: "v1alpha2" });
      await page.getByText("/apis/v1alpha2/clusters", { exact: true }).first().waitFor();
    });
  },
);
