import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { FastifyInstance } from "fastify";

interface PageFile {
  readonly type: string;
  readonly url: () => string;
}

/** Files of Swagger UI that the page needs. */
const FILES: Readonly<Record<string, PageFile>> = {
  "swagger-ui.css": {
    type: "text/css; charset=utf-8",
    url: () => import.meta.resolve("swagger-ui-dist/swagger-ui.css"),
  },
  "swagger-ui-bundle.js": {
    type: "text/javascript; charset=utf-8",
    url: () => import.meta.resolve("swagger-ui-dist/swagger-ui-bundle.js"),
  },
  "favicon-32x32.png": {
    type: "image/png",
    url: () => import.meta.resolve("swagger-ui-dist/favicon-32x32.png"),
  },
};

/** Every path of the page. */
export const PAGE_PATHS: readonly string[] = [
  "/docs",
  "/docs/start.js",
  ...Object.keys(FILES).map((file) => `/docs/${file}`),
];

const START = `SwaggerUIBundle({ url: "openapi.json", dom_id: "#page", deepLinking: true, persistAuthorization: false });`;

const HTML = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Heliostat scaler</title>
    <link rel="stylesheet" href="docs/swagger-ui.css">
    <link rel="icon" href="docs/favicon-32x32.png">
  </head>
  <body>
    <div id="page"></div>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;

/** Nothing from elsewhere; Swagger UI writes styles and draws its icons from data. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'";

/** The OpenAPI document for people, at `/docs`. */
export function addPage(app: FastifyInstance): void {
  app.get("/docs", (_, reply) =>
    reply
      .type("text/html; charset=utf-8")
      .headers({
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
      })
      .send(HTML),
  );
  app.get("/docs/start.js", (_, reply) =>
    reply.type("text/javascript; charset=utf-8").header("cache-control", "no-store").send(START),
  );
  for (const [file, { type, url }] of Object.entries(FILES)) {
    app.get(`/docs/${file}`, async (_, reply) => {
      const content = await readFile(fileURLToPath(url()));
      return reply.type(type).header("cache-control", "public, max-age=86400").send(content);
    });
  }
}
