import {
  CLUSTER_ROLE_BINDING_STRATEGY,
  CLUSTER_ROLE_STRATEGY,
  ROLE_BINDING_STRATEGY,
  ROLE_STRATEGY,
} from "../../access/rbac-strategies.ts";
import { DATED_COLUMNS, ROLE_BINDING_COLUMNS } from "../../table/cluster-columns.ts";
import { builtinResource, reviewResource } from "../builtin-resource.ts";
import type { ServedResource } from "../served-resource.ts";

export const ACCESS_RESOURCES: readonly ServedResource[] = [
  builtinResource({ kind: "Role", plural: "roles", columns: DATED_COLUMNS, strategy: ROLE_STRATEGY }),
  builtinResource({
    kind: "RoleBinding",
    plural: "rolebindings",
    columns: ROLE_BINDING_COLUMNS,
    strategy: ROLE_BINDING_STRATEGY,
  }),
  builtinResource({
    kind: "ClusterRole",
    plural: "clusterroles",
    isClusterScoped: true,
    columns: DATED_COLUMNS,
    strategy: CLUSTER_ROLE_STRATEGY,
  }),
  builtinResource({
    kind: "ClusterRoleBinding",
    plural: "clusterrolebindings",
    isClusterScoped: true,
    columns: ROLE_BINDING_COLUMNS,
    strategy: CLUSTER_ROLE_BINDING_STRATEGY,
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
