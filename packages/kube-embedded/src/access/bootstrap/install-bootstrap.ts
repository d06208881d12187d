import {
  type ClusterRole,
  type ClusterRoleBinding,
  isEqualJson,
  isKubeError,
  type Json,
  type PolicyRule,
  type Subject,
} from "@heliostat/kube";
import type { Caller, KubeApi, Target } from "../../api/kube-api.ts";
import type { ResourceRegistry } from "../../registry/registry.ts";
import { compactRules, missingRules } from "../rules/missing-rules.ts";
import { AUTO_UPDATE, bootstrapBindings, bootstrapRoles } from "./bootstrap-roles.ts";

const CALLER: Caller = {
  user: { name: "system:apiserver", groups: ["system:masters"] },
  fieldManager: "kube-apiserver",
};

/**
 * See that the bootstrap roles and bindings are there. What somebody took from them is given back, what somebody
 * added stays, and what somebody claimed for himself is left alone (Kubernetes rule, at each start).
 */
export async function installBootstrap(api: KubeApi, registry: ResourceRegistry): Promise<void> {
  const install = async <T extends Named>(plural: string, wanted: T, mended: Mend<T>): Promise<void> => {
    const resource = registry.find("rbac.authorization.k8s.io", "v1", plural);
    if (!resource) throw new Error(`Cannot install roles: ${plural} are not among the built-in kinds`);
    await ensure(api, { resource, name: wanted.metadata.name }, { wanted, mended });
  };
  for (const role of bootstrapRoles()) await install("clusterroles", role, mendedRole);
  for (const binding of bootstrapBindings()) await install("clusterrolebindings", binding, mendedBinding);
}

type Named = ClusterRole | ClusterRoleBinding;
type Mend<T> = (stored: T, wanted: T) => T;

async function ensure<T extends Named>(
  api: KubeApi,
  target: Target,
  { wanted, mended }: { readonly wanted: T; readonly mended: Mend<T> },
): Promise<void> {
  const stored = await find<T>(api, target);
  if (!stored) {
    await api.create({ resource: target.resource }, wanted as unknown as Json, CALLER);
    return;
  }
  if (stored.metadata.annotations?.[AUTO_UPDATE] === "false") return;
  const next = mended(stored, wanted);
  if (!isEqualJson(next, stored)) await api.update(target, next as unknown as Json, CALLER);
}

async function find<T extends Named>(api: KubeApi, target: Target): Promise<T | undefined> {
  try {
    return (await api.get(target)).object as T;
  } catch (error) {
    if (isKubeError(error, "NotFound")) return undefined;
    throw error;
  }
}

function mendedRole(stored: ClusterRole, wanted: ClusterRole): ClusterRole {
  const { rules = [] } = stored;
  const lacking: readonly PolicyRule[] = compactRules(missingRules(rules, wanted.rules ?? []));
  const { metadata, aggregationRule = wanted.aggregationRule } = stored;
  return {
    ...stored,
    metadata: { ...metadata, labels: { ...metadata.labels, ...wanted.metadata.labels } },
    ...(aggregationRule && { aggregationRule }),
    ...(lacking.length > 0 && { rules: [...rules, ...lacking] }),
  };
}

function mendedBinding(stored: ClusterRoleBinding, wanted: ClusterRoleBinding): ClusterRoleBinding {
  const { subjects = [] } = stored;
  const lacking: readonly Subject[] = (wanted.subjects ?? []).filter(
    (each) => !subjects.some((there) => isEqualJson(there, each)),
  );
  return lacking.length === 0 ? stored : { ...stored, subjects: [...subjects, ...lacking] };
}
