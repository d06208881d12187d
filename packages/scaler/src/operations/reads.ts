import { type Answer, ok } from "../answers/answer.ts";
import { objectBytes, objectText } from "../answers/object-text.ts";
import type { Call, Ground, Operation } from "./operation.ts";
import { kindOf, reachedCluster } from "./reached-cluster.ts";

/** Clusters that the caller may see; whoever has no name sees none, and is not told off. */
export const list: Operation = async (call, ground) => {
  const kind = kindOf(call);
  const texts = await visibleTexts(call, ground);
  return ok(
    Buffer.from(`{"kind":${JSON.stringify(kind)},"count":${texts.length},"clusters":[${texts.join()}]}`),
  );
};

/** The same for Ray alone, in its first form. */
export const listRay: Operation = async (call, ground) => {
  return ok(Buffer.from(`{"ray_clusters":[${(await visibleTexts(call, ground)).join()}]}`));
};

export const get: Operation = async (call, ground): Promise<Answer> => {
  return ok(objectBytes((await reachedCluster(call, ground, { wish: "get" })).object));
};

async function visibleTexts(call: Call, { directory, access }: Ground): Promise<readonly string[]> {
  const objects = await access.visible(call.caller, directory.kind(kindOf(call)));
  return objects.map(objectText);
}
