import type { Pod } from "@heliostat/kube";
import { forbidden } from "../refusals.ts";
import type { AdmissionPlugin } from "./admission-plugin.ts";

const ACCOUNTS = "/serviceaccounts";

/** Which a controller makes in every namespace; a pod may be faster. */
const EVERYBODYS = "default";

/** Refuses new pods in the name of an account that is not there, with Kubernetes' words (Kubernetes: `ServiceAccount`). */
export const serviceAccountAdmission: AdmissionPlugin = {
  admit({ resource, object, stored, store }) {
    if (resource.storageKey !== "/pods" || stored !== undefined) return undefined;
    const { namespace = "", name } = object.metadata;
    const account = (object as Pod).spec?.serviceAccountName || EVERYBODYS;
    const key = `${namespace}/${account}`;
    if (account === EVERYBODYS || store.get({ storageKey: ACCOUNTS, key })) return undefined;
    const why = `error looking up service account ${key}: serviceaccount "${account}" not found`;
    throw forbidden(resource, name, why);
  },
};
