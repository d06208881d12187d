export { RAYCLUSTER_SUITE } from "./raycluster-suite.ts";
