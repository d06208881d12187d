import { isKubeError, type KubeObject, type ObjectName } from "@heliostat/kube";
import { buildFailure, writeFailure } from "../errors/failures.ts";
import type { ApiPorts } from "../ports.ts";
import { type Findable, findManaged, isManaged } from "../reading/find-object.ts";
import { untilShown } from "../reading/until-shown.ts";

export interface ChangeTarget extends ObjectName {
  readonly namespace: string;
  readonly signal: AbortSignal;
  /** Check everything and store nothing. @default false */
  readonly isDryRun?: boolean;
}

/** How an object becomes another. */
export interface ObjectChange<T extends KubeObject> {
  readonly findable: Findable<T>;
  /** Pure; called once for each try. @throws ApiError, SpecError */
  readonly change: (before: T) => T;
  /** Whether it must be an API server's own. @default true */
  readonly isOwn?: boolean;
}

/** Operators and autoscalers write too: a change that meets their writes is made anew so often. */
const TRIES = 5;

/**
 * Change an object that is there: read, change, write, from the beginning if somebody else was faster.
 *
 * @throws ApiError `NotFound`, `InvalidArgument` when it cannot become that, `Aborted` when others write all the time
 */
export async function changeObject<T extends KubeObject>(
  ports: ApiPorts,
  target: ChangeTarget,
  { findable, change, isOwn = true }: ObjectChange<T>,
): Promise<T> {
  const noun = findable.noun.toLowerCase();
  for (let tries = 1; ; tries += 1) {
    const before = isOwn
      ? await findManaged(ports, findable, { ...target, isFresh: true })
      : await ports.client.get(findable.resource, target, { signal: target.signal });
    try {
      return await write(ports, target, { findable, object: changed(before) });
    } catch (error) {
      if (tries === TRIES || !isKubeError(error, "Conflict"))
        throw writeFailure(error, `Failed to update ${noun} ${target.name}`);
    }
  }

  function changed(before: T): T {
    try {
      return change(before);
    } catch (error) {
      throw buildFailure(error, `Failed to update a Ray ${noun}`);
    }
  }
}

async function write<T extends KubeObject>(
  { client, clock }: ApiPorts,
  { signal, isDryRun = false }: ChangeTarget,
  { findable, object }: { readonly findable: Findable<T>; readonly object: T },
): Promise<T> {
  const written = await client.update(findable.resource, object, { signal, isDryRun });
  // The caches hold what API servers have made, and nothing else.
  if (!isDryRun && isManaged(written)) await untilShown(findable.cache, written, { clock, signal });
  return written;
}
