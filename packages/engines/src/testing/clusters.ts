import type { Json, KubeObject } from "@heliostat/kube";
import { driversNamed } from "../drivers/driver-registry.ts";
import type { KindDriver } from "../drivers/kind-driver.ts";

/** The driver with this full name. */
export function driver(name: string): KindDriver {
  const [found] = driversNamed(name);
  if (!found) throw new Error(`Cannot find a driver: ${name}`);
  return found;
}

/** A stored object of the driver's kind. */
export function stored({ resource }: KindDriver, spec: Json, metadata: object = {}): KubeObject {
  return {
    apiVersion: `${resource.group}/${resource.version}`,
    kind: resource.kind,
    metadata: { name: "demo", namespace: "team", uid: "u-1", resourceVersion: "7", ...metadata },
    spec,
  } as unknown as KubeObject;
}
