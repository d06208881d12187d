import type { AdmissionPlugin, Consequence, NewObject } from "./admission-plugin.ts";
import { quotaAdmission } from "./quota.ts";

/** In the order in which they are asked. */
const PLUGINS: readonly AdmissionPlugin[] = [quotaAdmission];

/** Ask all plugins. Call the answer when the object is about to be stored. @throws KubeError `Forbidden` */
export function admitted(candidate: NewObject): Consequence {
  const consequences = PLUGINS.map((plugin) => plugin.admit(candidate));
  return () => {
    for (const consequence of consequences) consequence?.();
  };
}
