export type Method = "GET" | "POST" | "PATCH";

/**
 * Whose manners a route has: those of the service's first clients, of the later Python client, or our own. They differ
 * in what strangers and the nameless are told; see `access/strangers.ts`. `open` routes ask nobody's name.
 */
export type Surface = "open" | "service" | "client" | "v1";

/** What a route does. */
export type OperationName =
  | "health"
  | "readiness"
  | "list"
  | "listRay"
  | "get"
  | "scale"
  | "scaleNamed"
  | "restartHead"
  | "headStatus"
  | "headStatusOfPod"
  | "headTier"
  | "roleStatus"
  | "kinds"
  | "whoAmI"
  | "tiers"
  | "listViews"
  | "view"
  | "scaleView"
  | "progress"
  | "restartView"
  | "restartStatus"
  | "headTierView";

/** One row of the table from which the server, its documentation and its tests are made. */
export interface Route {
  readonly methods: readonly Method[];
  /** `/cluster/{kind}/{name}` */
  readonly path: string;
  readonly surface: Surface;
  readonly operation: OperationName;
  /** The kind, where the path does not name one. */
  readonly kind?: string;
  readonly summary: string;
}

/** The names in braces of a path. */
export function pathParameters(path: string): readonly string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
}
