import {
  carryOut,
  DONE,
  patchStatus,
  type ReconcileContext,
  type ReconcileResult,
  type Reconciler,
  resultOf,
  watching,
} from "@heliostat/controller";
import {
  keyOf,
  nameOf,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  type PersistentVolumeClaim,
} from "@heliostat/kube";
import { isMeantFor, planClaim, planReclaim } from "./plan.ts";

export interface VolumeOptions {
  /** Where claims that no volume fits get a folder. @default nowhere: they wait */
  readonly folder?: string;
}

/** Binds claims to volumes, at once and whatever their class says. */
export function volumeReconciler({ folder }: VolumeOptions): Reconciler<PersistentVolumeClaim> {
  return {
    name: "persistentvolume-binder",
    resource: PERSISTENT_VOLUME_CLAIMS,
    watches: [
      watching(PERSISTENT_VOLUMES, ({ spec }, { caches }) => {
        const { name, namespace = "" } = spec?.claimRef ?? {};
        if (name) return [keyOf({ namespace, name })];
        const waiting = caches.of(PERSISTENT_VOLUME_CLAIMS).list();
        return waiting.filter((claim) => !claim.spec?.volumeName).map((claim) => keyOf(nameOf(claim)));
      }),
    ],
    async reconcile(key, context) {
      const claim = context.caches.of(PERSISTENT_VOLUME_CLAIMS).get(key);
      await reclaim(key, claim, context);
      return claim ? bind(claim, folder, context) : DONE;
    },
  };
}

async function bind(
  claim: PersistentVolumeClaim,
  folder: string | undefined,
  context: ReconcileContext,
): Promise<ReconcileResult> {
  const { caches, client } = context;
  const plan = planClaim({ claim, volumes: caches.of(PERSISTENT_VOLUMES).list(), folder });
  const outcome = await carryOut(plan, claim, context);
  const bound = caches.of(PERSISTENT_VOLUME_CLAIMS).get(keyOf(nameOf(claim)));
  const volume = caches.of(PERSISTENT_VOLUMES).get(bound?.spec?.volumeName ?? "");
  if (bound && volume && isMeantFor(volume, bound)) {
    const { accessModes = [], capacity = {} } = volume.spec ?? {};
    const status = { ...bound.status, phase: "Bound", accessModes, capacity };
    await patchStatus(PERSISTENT_VOLUME_CLAIMS, bound, { status, client });
    await patchStatus(PERSISTENT_VOLUMES, volume, { status: { ...volume.status, phase: "Bound" }, client });
  }
  return resultOf(plan, outcome);
}

/** The volumes that were bound to a claim of this key which has gone. */
async function reclaim(
  key: string,
  claim: PersistentVolumeClaim | undefined,
  context: ReconcileContext,
): Promise<void> {
  const { caches, client } = context;
  for (const volume of caches.of(PERSISTENT_VOLUMES).list()) {
    const { name = "", namespace = "", uid } = volume.spec?.claimRef ?? {};
    const isLost = uid !== undefined && claim?.metadata.uid !== uid;
    if (keyOf({ namespace, name }) !== key || !isLost) continue;
    await patchStatus(PERSISTENT_VOLUMES, volume, {
      status: { ...volume.status, phase: "Released" },
      client,
    });
    const { failed } = await carryOut(planReclaim(volume, claim), volume, context);
    if (failed) throw failed.error;
  }
}
