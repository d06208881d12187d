export { RAYCLUSTER_SUITE } from "./raycluster-suite.ts";
export { rayClusterWalk } from "./raycluster-walk.ts";
