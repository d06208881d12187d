import type { ApiGround } from "./api-ground.ts";
import { assertNotAhead } from "./list.ts";
import { revisionOf } from "./selection.ts";

const LONGEST_WAIT_MS = 3_000;
const LOOK_AGAIN_MS = 50;

/**
 * Resolves when the store has reached the revision that a caller names, or when `isOver` says that he no longer cares.
 * Kubernetes rule: whoever asks for the future is let wait three seconds, then refused.
 *
 * @throws KubeError `Timeout` with the cause `ResourceVersionTooLarge`, `BadRequest` when it is no revision
 */
export async function untilRevision(
  ground: ApiGround,
  resourceVersion: string | undefined,
  isOver: () => boolean = () => false,
): Promise<void> {
  const { store, clock } = ground;
  const revision = revisionOf(resourceVersion) ?? 0;
  const endMs = clock.now() + LONGEST_WAIT_MS;
  while (revision > store.revision && clock.now() < endMs && !isOver()) {
    await new Promise<void>((resolve) => void clock.after(LOOK_AGAIN_MS, resolve));
  }
  if (!isOver()) assertNotAhead(ground, revision);
}
