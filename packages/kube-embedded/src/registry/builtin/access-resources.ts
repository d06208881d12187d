import { DATED_COLUMNS, ROLE_BINDING_COLUMNS } from "../../table/cluster-columns.ts";
import { builtinResource, reviewResource } from "../builtin-resource.ts";
import type { ServedResource } from "../served-resource.ts";
import { BINDING_STRATEGY, ROLE_STRATEGY } from "../strategies/configuration.ts";

export const ACCESS_RESOURCES: readonly ServedResource[] = [
  builtinResource({ kind: "Role", plural: "roles", columns: DATED_COLUMNS, strategy: ROLE_STRATEGY }),
  builtinResource({
    kind: "RoleBinding",
    plural: "rolebindings",
    columns: ROLE_BINDING_COLUMNS,
    strategy: BINDING_STRATEGY,
  }),
  builtinResource({
    kind: "ClusterRole",
    plural: "clusterroles",
    isClusterScoped: true,
    columns: DATED_COLUMNS,
    strategy: ROLE_STRATEGY,
  }),
  builtinResource({
    kind: "ClusterRoleBinding",
    plural: "clusterrolebindings",
    isClusterScoped: true,
    columns: ROLE_BINDING_COLUMNS,
    strategy: BINDING_STRATEGY,
  }),
  reviewResource({ kind: "TokenReview", plural: "tokenreviews", isClusterScoped: true }),
  reviewResource({ kind: "SelfSubjectReview", plural: "selfsubjectreviews", isClusterScoped: true }),
  reviewResource({ kind: "SubjectAccessReview", plural: "subjectaccessreviews", isClusterScoped: true }),
  reviewResource({
    kind: "SelfSubjectAccessReview",
    plural: "selfsubjectaccessreviews",
    isClusterScoped: true,
  }),
  reviewResource({
    kind: "SelfSubjectRulesReview",
    plural: "selfsubjectrulesreviews",
    isClusterScoped: true,
  }),
  reviewResource({ kind: "LocalSubjectAccessReview", plural: "localsubjectaccessreviews" }),
];
