import { customResourceDefinitionStrategy } from "../crd/definition-strategy.ts";
import { DATED_COLUMNS } from "../table/cluster-columns.ts";
import { ACCESS_RESOURCES } from "./builtin/access-resources.ts";
import { CLUSTER_RESOURCES } from "./builtin/cluster-resources.ts";
import { CORE_RESOURCES } from "./builtin/core-resources.ts";
import { EXTENSION_RESOURCES } from "./builtin/extension-resources.ts";
import { NETWORK_RESOURCES } from "./builtin/network-resources.ts";
import { WORKLOAD_RESOURCES } from "./builtin/workload-resources.ts";
import { builtinResource } from "./builtin-resource.ts";
import type { ServedResource } from "./served-resource.ts";

/** Every kind that is served without a CustomResourceDefinition. */
export function builtinResources(): readonly ServedResource[] {
  return [
    ...CORE_RESOURCES,
    ...WORKLOAD_RESOURCES,
    ...NETWORK_RESOURCES,
    ...ACCESS_RESOURCES,
    ...CLUSTER_RESOURCES,
    ...EXTENSION_RESOURCES,
    builtinResource({
      kind: "CustomResourceDefinition",
      plural: "customresourcedefinitions",
      isClusterScoped: true,
      shortNames: ["crd", "crds"],
      categories: ["api-extensions"],
      subresources: ["status"],
      columns: DATED_COLUMNS,
      strategy: customResourceDefinitionStrategy(),
    }),
  ];
}
