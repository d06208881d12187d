export { anyRayCluster } from "./any-raycluster.ts";
export { BROKEN_SPECS, type BrokenSpec } from "./broken-specs.ts";
export { aRayCluster, aRayContainer, aRayPod, aWorkerGroup, type RayClusterTraits } from "./fixtures.ts";
export { describeGolden } from "./golden.ts";
