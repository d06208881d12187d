import { fullName } from "@heliostat/engines";
import type { Answer } from "../answers/answer.ts";
import type { Operation } from "./operation.ts";

export const health: Operation = async () => ({ status: 200, body: { status: "healthy" } });

/** Asks Kubernetes for one object, whatever the caches say; at most once a second, however many ask. */
export const readiness: Operation = async (_, ground): Promise<Answer> => {
  const { directory } = ground;
  const problems = directory.unknownKinds.map((kind) => `nothing is known of ${kind} yet`);
  const kind = directory.kinds.find(({ state }) => state === "served") ?? directory.kinds[0];
  if (problems.length === 0 && kind)
    problems.push(...(await ground.probes.get("kubernetes", () => kubernetesProblems(ground, kind.driver))));
  if (problems.length === 0) return { status: 200, body: { status: "ready" } };
  return { status: 503, body: { status: "not_ready", problems } };
};

async function kubernetesProblems(
  { client, directory }: Parameters<Operation>[1],
  driver: Parameters<typeof fullName>[0],
): Promise<readonly string[]> {
  try {
    await client.list(driver.resource, { namespace: directory.namespace, limit: 1 });
    return [];
  } catch (error) {
    const { reason = "Unavailable" } = error as { readonly reason?: string };
    // A kind that is not served is an answer too.
    return reason === "NotFound" ? [] : [`Kubernetes does not list ${fullName(driver)}: ${reason}`];
  }
}
