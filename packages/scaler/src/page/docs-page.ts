import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { FastifyInstance } from "fastify";

/** Files of Swagger UI that the page needs, and their types. */
const FILES: Readonly<Record<string, string>> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
  "favicon-32x32.png": "image/png",
};

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
  for (const [file, type] of Object.entries(FILES)) {
    app.get(`/docs/${file}`, async (_, reply) => {
      const path = fileURLToPath(import.meta.resolve(`swagger-ui-dist/${file}`));
      return reply
        .type(type)
        .header("cache-control", "public, max-age=86400")
        .send(await readFile(path));
    });
  }
}
