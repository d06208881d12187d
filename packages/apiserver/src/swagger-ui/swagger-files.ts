import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** One file of the page. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
}

const TYPE_OF_FILE: Readonly<Record<string, string>> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
  "swagger-ui-standalone-preset.js": "text/javascript; charset=utf-8",
  "favicon-32x32.png": "image/png",
};

const FOLDER = dirname(fileURLToPath(import.meta.resolve("swagger-ui-dist/package.json")));

const kept = new Map<string, Promise<Buffer>>();

/** A file of Swagger UI's distribution that the page needs; `undefined` for any other name. */
export async function swaggerFile(name: string): Promise<PageFile | undefined> {
  const type = Object.hasOwn(TYPE_OF_FILE, name) ? TYPE_OF_FILE[name] : undefined;
  if (type === undefined) return undefined;
  const reading = kept.get(name) ?? readFile(join(FOLDER, name));
  kept.set(name, reading);
  return { type, bytes: await reading };
}
