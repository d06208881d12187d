export { aRayCluster, aRayContainer, aRayPod, aWorkerGroup, type RayClusterTraits } from "./fixtures.ts";
export { describeGolden } from "./golden.ts";
