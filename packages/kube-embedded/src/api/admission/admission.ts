import type { KubeObject } from "@heliostat/kube";
import type { AdmissionPlugin, AdmittedWrite, Consequence } from "./admission-plugin.ts";
import { limitRangeAdmission } from "./limit-ranges.ts";
import { priorityAdmission } from "./priority.ts";
import { quotaAdmission } from "./quota.ts";
import { serviceAccountAdmission } from "./service-accounts.ts";

/** All plugins as one: the only place where writes are admitted. */
export interface Admission {
  /** A new object with what the plugins fill into it. */
  mutated(write: AdmittedWrite): KubeObject;
  /** Ask all plugins. Call the answer when the object is about to be stored. @throws KubeError `Forbidden` */
  admit(write: AdmittedWrite): Consequence;
}

/** The plugins in the order in which they are asked; quotas come last, since they charge what nobody else refuses. */
export function admissionChain(guards: readonly AdmissionPlugin[]): Admission {
  const plugins = [
    priorityAdmission,
    limitRangeAdmission,
    serviceAccountAdmission,
    ...guards,
    quotaAdmission,
  ];
  return {
    mutated: (write) =>
      plugins.reduce((object, plugin) => plugin.mutated?.({ ...write, object }) ?? object, write.object),
    admit(write) {
      const consequences = plugins.map((plugin) => plugin.admit?.(write));
      return () => {
        for (const consequence of consequences) consequence?.();
      };
    },
  };
}
