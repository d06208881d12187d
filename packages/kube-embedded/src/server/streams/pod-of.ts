import type { Pod } from "@heliostat/kube";
import type { ResourceCall } from "../routes/resource-call.ts";

/** The pod that a request to one of its subresources is about. @throws KubeError `NotFound` */
export async function podOf({ served, target }: ResourceCall): Promise<Pod> {
  const { resource, namespace, name } = target;
  const stored = await served.api.get({
    resource,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  });
  return stored.object as Pod;
}
