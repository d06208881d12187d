/**
 * Steps of a plan: pods wait for what they need, and workers for the head to be made. Where there is room for some pods
 * only, a head is of use without its workers, and they are of none without it.
 */
export const STEP = { beforePods: "before pods", head: "head", workers: "workers" } as const;
