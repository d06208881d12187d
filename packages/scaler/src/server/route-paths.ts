import { PAGE_PATHS } from "../page/docs-page.ts";
import { ROUTES } from "../routes/route-table.ts";

/** Beside those of the table. */
const OTHER_PATHS = ["/metrics", "/openapi.json", ...PAGE_PATHS];

const PATTERNS = [
  ...ROUTES.map(({ path, methods }) => ({ pattern: patternOf(path), methods })),
  ...OTHER_PATHS.map((path) => ({ pattern: patternOf(path), methods: ["GET"] as const })),
];

/** `/cluster/{kind}` as the framework writes it. */
export function fastifyPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

/** The methods that a path knows; none when there is no such path. */
export function allowedMethods(path: string): readonly string[] {
  const methods = new Set(
    PATTERNS.filter(({ pattern }) => pattern.test(path)).flatMap((each) => each.methods as readonly string[]),
  );
  if (methods.has("GET")) methods.add("HEAD");
  return [...methods].sort();
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/\./g, "\\.").replace(/\{\w+\}/g, "[^/]+")}$`);
}
