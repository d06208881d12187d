/** The page of Swagger UI, around the files of its distribution. */
export const PAGE = `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>Ray API</title>
  <link rel="stylesheet" href="swagger-ui.css">
  <link rel="icon" type="image/png" href="favicon-32x32.png">
</head>
<body>
  <div id="swagger-ui"></div>
  <script src="swagger-ui-bundle.js"></script>
  <script src="swagger-ui-standalone-preset.js"></script>
  <script src="swagger-initializer.js"></script>
</body>
</html>
`;

/** Scripts of our own only; Swagger UI draws with inline styles and images in data URLs. */
export const PAGE_POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/** What the page shows, and that the token is remembered while the tab is open. */
export function initializer(): string {
  const settings = {
    urls: [
      { name: "v1", url: "../openapi/v1.json" },
      { name: "v1alpha2", url: "../openapi/v1alpha2.json" },
    ],
    dom_id: "#swagger-ui",
    deepLinking: true,
    validatorUrl: null,
    layout: "StandaloneLayout",
  };
  return `window.onload = () => {
  window.ui = SwaggerUIBundle({
    ...${JSON.stringify(settings)},
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  });
};
`;
}
