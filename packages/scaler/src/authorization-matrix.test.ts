import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OperationName, Route, Surface } from "./routes/route.ts";
import { ROUTES } from "./routes/route-table.ts";
import {
  dominoCluster,
  dominoPod,
  type Reply,
  type ScalerBench,
  scalerBench,
  TOKENS,
} from "./testing/scaler-bench.ts";

/** Who may call: an administrator, the owner, somebody else, and two whom nobody knows. */
const CALLERS = {
  administrator: TOKENS.admin,
  owner: TOKENS.alice,
  stranger: TOKENS.bob,
  unknown: TOKENS.nobody,
  nameless: undefined,
} as const;

type CallerName = keyof typeof CALLERS;
/** Whether the cluster that the path names is the owner's, or is not there. */
type Place = "theirs" | "missing";

const ENGINES = ["ray", "dask", "spark"] as const;
const NAMES = { theirs: "demo", missing: "none" } as const;

/** Operations that are not about one cluster: everybody with a name gets the same kind of answer. */
const ABOUT_MANY: readonly OperationName[] = ["list", "listRay", "kinds", "whoAmI", "tiers", "listViews"];
const ACCEPTED: readonly OperationName[] = ["restartHead", "restartView", "headTierView"];

const BODY = { replicas: 2, tier: "Small", head_hw_tier_name: "Small" };
const V1_BODIES: Partial<Record<OperationName, object>> = {
  scaleView: { replicas: 2 },
  restartView: {},
  headTierView: { tier: "Small" },
};

interface Cell {
  readonly route: Route;
  readonly method: string;
  readonly engine: (typeof ENGINES)[number];
  readonly caller: CallerName;
  readonly place: Place;
}

const CELLS: readonly Cell[] = ROUTES.flatMap((route) =>
  route.methods.flatMap((method) =>
    (Object.keys(CALLERS) as CallerName[]).flatMap((caller) =>
      (["theirs", "missing"] as const).flatMap((place) =>
        (route.path.includes("{kind}") ? ENGINES : (["ray"] as const)).map((engine) => ({
          ...{ route, method, caller, place, engine },
        })),
      ),
    ),
  ),
);

describe("who may what", () => {
  let bench: ScalerBench;

  beforeAll(async () => {
    bench = await scalerBench();
  });
  afterAll(() => bench.stop());

  it(`holds in each of ${CELLS.length} cells: routes × methods × kinds × callers × there or not`, async () => {
    expect(CELLS.length).toBeGreaterThanOrEqual(800);
    const wrong: string[] = [];
    for (const cell of CELLS) {
      await fresh(cell);
      const reply = await bench.call(`${cell.method} ${pathOf(cell)}`, {
        token: CALLERS[cell.caller],
        ...(cell.method !== "GET" && { body: bodyOf(cell) }),
      });
      const told = `${reply.status} ${reply.json?.error ?? "-"}`;
      const due = expected(cell);
      if (told !== due)
        wrong.push(`${describeCell(cell)}: ${told}, due is ${due}: ${reply.text.slice(0, 200)}`);
      wrong.push(...mannersOf(reply).map((fault) => `${describeCell(cell)}: ${fault}`));
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  it("tells strangers the same of what is not theirs and what is not there, to the byte", async () => {
    await fresh({ engine: "ray" });
    for (const route of ROUTES.filter(
      ({ surface, operation }) => surface !== "open" && !ABOUT_MANY.includes(operation),
    )) {
      for (const method of route.methods) {
        const replies = await Promise.all(
          (["theirs", "missing"] as const).map(async (place) => {
            const cell: Cell = { route, method, place, engine: "ray", caller: "stranger" };
            const token = CALLERS.stranger;
            const call = {
              token,
              ...(method !== "GET" && { body: bodyOf(cell) }),
              headers: { "x-request-id": "same" },
            };
            const { status, text, headers } = await bench.call(`${method} ${pathOf(cell)}`, call);
            const { date: _, "content-length": __, ...others } = headers;
            const shown = Object.entries(others).filter(([name]) => !name.startsWith("x-ratelimit"));
            return JSON.stringify([status, text.replaceAll(NAMES[place], "NAME"), shown]);
          }),
        );
        expect(replies[0], `${method} ${route.path}`).toBe(replies[1]);
      }
    }
  });

  /** The cluster and its head, as new: what another cell has done to them is undone. */
  async function fresh({ engine }: Pick<Cell, "engine">): Promise<void> {
    const kind = { ray: "RayCluster", dask: "DaskCluster", spark: "SparkCluster" }[engine];
    const head = { ray: "ray-head", dask: "dask-scheduler", spark: "spark-master" }[engine];
    for (const object of [dominoCluster(kind, "demo"), dominoPod("demo", head)]) {
      try {
        await bench.given(object);
      } catch {
        // It is still there.
      }
    }
    await bench.heard();
  }
});

function pathOf({ route, engine, place }: Cell): string {
  const name = NAMES[place];
  const path = route.path
    .replace("{kind}", `${engine}clusters`)
    .replace("{name}", name)
    .replace("{namespace}", "team")
    .replace("{pod}", `${name}-ray-head-0`)
    .replace("{node_type}", "worker");
  return `${path}?started_at=2020-01-01T00:00:00Z&startedAt=2020-01-01T00:00:00Z`;
}

function bodyOf({ route, place }: Cell): object {
  return V1_BODIES[route.operation] ?? { ...BODY, cluster_name: NAMES[place] };
}

/** The table of permissions, in one place. */
function expected({ route, caller, place }: Cell): string {
  const { surface, operation } = route;
  if (surface === "open") return "200 -";
  const isNameless = caller === "nameless" || caller === "unknown";
  if (isNameless && surface === "v1") return "401 unauthenticated";
  if (ABOUT_MANY.includes(operation)) return "200 -";
  if (isNameless) return "403 unauthorized";
  if (place === "theirs" && caller !== "stranger") return ACCEPTED.includes(operation) ? "202 -" : "200 -";
  return caller === "administrator" ? "404 not_found" : REFUSALS[surface];
}

const REFUSALS: Readonly<Record<Surface, string>> = {
  open: "",
  service: "403 unauthorized",
  client: "404 not_found",
  v1: "404 not_found",
};

/** What every reply must be, whatever it says. */
function mannersOf({ headers, json }: Reply): readonly string[] {
  return [
    ...(headers["content-type"] === "application/json" ? [] : [`type is ${headers["content-type"]}`]),
    ...(headers["cache-control"] === "no-store" ? [] : [`caching is ${headers["cache-control"]}`]),
    ...(typeof json === "object" ? [] : ["no JSON"]),
  ];
}

function describeCell({ method, route, engine, caller, place }: Cell): string {
  return `${method} ${route.path} (${engine}) by ${caller}, ${place}`;
}
