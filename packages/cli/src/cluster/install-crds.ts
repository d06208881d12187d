import {
  type Clock,
  CUSTOM_RESOURCE_DEFINITIONS,
  type CustomResourceDefinition,
  isConditionTrue,
  isKubeError,
  type KubeClient,
  type Logger,
  nameOf,
  sleep,
} from "@heliostat/kube";
import { rayCrds } from "@heliostat/ray";
import { UserError } from "../user-error.ts";

export interface InstallContext {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const ESTABLISHED_WITHIN_MS = 30_000;
const POLL_MS = 200;

/** Put the Ray CRDs into a cluster, or bring those that are there up to date, and wait until it serves them. */
export async function installCrds(context: InstallContext): Promise<void> {
  for (const definition of rayCrds()) await installOne(definition, context);
  const deadlineMs = context.clock.now() + ESTABLISHED_WITHIN_MS;
  for (const definition of rayCrds()) await untilEstablished(definition, context, deadlineMs);
}

async function installOne(definition: CustomResourceDefinition, context: InstallContext): Promise<void> {
  const { client, logger, signal } = context;
  const { name } = definition.metadata;
  try {
    await client.create(CUSTOM_RESOURCE_DEFINITIONS, definition, { signal });
    logger.info("Installed a custom resource definition", { name });
  } catch (error) {
    if (!isKubeError(error, "AlreadyExists")) throw error;
    await replaceSpec(definition, context);
  }
}

/** What others have written into its metadata stays. Another writer at the same moment means: once more. */
async function replaceSpec(definition: CustomResourceDefinition, context: InstallContext): Promise<void> {
  const { client, logger, signal } = context;
  const stored = await client.get(CUSTOM_RESOURCE_DEFINITIONS, nameOf(definition), { signal });
  try {
    const replaced = { ...stored, spec: definition.spec };
    const { metadata } = await client.update(CUSTOM_RESOURCE_DEFINITIONS, replaced, { signal });
    const isSame = metadata.resourceVersion === stored.metadata.resourceVersion;
    if (!isSame) logger.info("Updated a custom resource definition", { name: metadata.name });
  } catch (error) {
    if (!isKubeError(error, "Conflict")) throw error;
    await replaceSpec(definition, context);
  }
}

async function untilEstablished(
  definition: CustomResourceDefinition,
  { client, clock, signal }: InstallContext,
  deadlineMs: number,
): Promise<void> {
  while (!signal.aborted) {
    const { status } = await client.get(CUSTOM_RESOURCE_DEFINITIONS, nameOf(definition), { signal });
    if (isConditionTrue(status?.conditions ?? [], "Established")) return;
    if (clock.now() > deadlineMs) {
      throw new UserError(`Cannot install the Ray CRDs: ${definition.metadata.name} is not served`, {
        hint: `See kubectl describe crd ${definition.metadata.name}`,
      });
    }
    await sleep(clock, POLL_MS, signal);
  }
}
