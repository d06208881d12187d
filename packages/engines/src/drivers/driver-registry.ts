import { groupResource } from "@heliostat/kube";
import { DASK_CLUSTER_DRIVER, DASK_GROUP_DRIVER } from "./dask-org.ts";
import { DOMINO_DRIVERS } from "./domino.ts";
import type { KindDriver } from "./kind-driver.ts";
import { RAY_IO_DRIVER } from "./ray-io.ts";

/** Every kind that can be scaled. Where plurals clash, the first one is meant by the bare name. */
export const KIND_DRIVERS: readonly KindDriver[] = [
  ...DOMINO_DRIVERS,
  RAY_IO_DRIVER,
  DASK_CLUSTER_DRIVER,
  DASK_GROUP_DRIVER,
];

/** `rayclusters.ray.io`: the name that means one kind only. */
export function fullName({ resource }: KindDriver): string {
  return groupResource(resource);
}

/** The drivers that a name in a path may mean, the preferred one first: `rayclusters`, or `rayclusters.ray.io`. */
export function driversNamed(name: string): readonly KindDriver[] {
  return KIND_DRIVERS.filter((driver) => name === driver.resource.plural || name === fullName(driver));
}
