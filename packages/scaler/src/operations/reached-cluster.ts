import type { Caller } from "@heliostat/identity";
import type { Wish } from "../access/access.ts";
import { answerInVain, type Stranger } from "../access/strangers.ts";
import type { Cluster } from "../clusters/directory.ts";
import type { Call, Ground } from "./operation.ts";

/** The kind of a route: as its path says, or of the only kind that it knows. */
export function kindOf({ route, parameters }: Call): string {
  return route.kind ?? parameters["kind"] ?? "";
}

/**
 * The cluster that a request names, if its caller may do with it what he wishes.
 *
 * @throws ScalerError what a caller gets who may not, or for whom there is none
 */
export async function reachedCluster(
  call: Call,
  ground: Ground,
  { wish, name = call.parameters["name"] ?? "" }: { readonly wish: Wish; readonly name?: string },
): Promise<Cluster> {
  const { directory, access, settings } = ground;
  const cache = directory.kind(kindOf(call));
  const inVain = { surface: call.route.surface, wish, name, tellsApart: settings.tellsApart === true };
  if (!call.caller) throw answerInVain({ ...inVain, who: "nameless", isThere: false });
  const cluster = directory.cluster(kindOf(call), name);
  if (cluster && (await access.may(call.caller, wish, cluster))) return cluster;
  const who = cluster ? "stranger" : await seeker(call.caller, { ground, cache, wish, name });
  throw answerInVain({ ...inVain, who, isThere: cluster !== undefined });
}

interface Search {
  readonly ground: Ground;
  readonly cache: Cluster["cache"];
  readonly wish: Wish;
  readonly name: string;
}

/** Whoever might have what is not there is told so; asking takes as long as it would for what is there. */
async function seeker(caller: Caller, { ground, cache, wish, name }: Search): Promise<Stranger> {
  return (await ground.access.mightBe(caller, cache, { wish, name })) ? "administrator" : "stranger";
}

/** @throws ScalerError when nobody is named */
export function assertNamed(
  call: Call,
  { settings }: Ground,
  wish: { readonly wish: Wish; readonly name: string },
): void {
  if (call.caller) return;
  const tellsApart = settings.tellsApart === true;
  throw answerInVain({ ...wish, surface: call.route.surface, who: "nameless", isThere: false, tellsApart });
}
