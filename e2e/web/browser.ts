import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

const PLACES: readonly string[] = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];
const PICTURES = join(import.meta.dirname, "..", "..", ".cache", "web");

/** The browser of this machine, if it has one. */
export function findChromium(): string | undefined {
  return PLACES.find((path) => existsSync(path));
}

/** Start it without a window. @throws Error when there is none */
export function startBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("Cannot look at pages: run npm run test:web");
  // Whoever runs tests as root, in a container, has no namespaces left for its sandbox; only our own pages are opened.
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** Keep what the page looks like, for people. */
export async function takePicture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: false });
}
