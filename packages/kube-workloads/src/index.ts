export { BUILT_IN_RESOURCES } from "./served-resources.ts";
export { type WorkloadOptions, workloadControllers } from "./workload-controllers.ts";
