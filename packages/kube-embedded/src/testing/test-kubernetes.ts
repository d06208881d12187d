import type { Json, KubeClient, KubeObject } from "@heliostat/kube";
import { HandClock, SeededRandom } from "@heliostat/kube/testing";
import type { Caller, KubeApi, Target } from "../api/kube-api.ts";
import { type EmbeddedKubernetesOptions, embeddedKubernetes } from "../embedded-kubernetes.ts";
import type { ResourceRegistry } from "../registry/registry.ts";

export const CALLER: Caller = { user: { name: "tester", groups: [] }, fieldManager: "test" };

/** A started Kubernetes API under a clock that the test turns. */
export interface TestKubernetes {
  readonly api: KubeApi;
  readonly registry: ResourceRegistry;
  readonly client: KubeClient;
  readonly clock: HandClock;
  /** `target("apps/v1", "deployments", { name: "x" })`, in namespace `default` where there is one. */
  target(apiVersion: string, plural: string, where?: Partial<Omit<Target, "resource">>): Target;
  /** Create any object in its own namespace, or in `default`. */
  given<T extends KubeObject>(object: Json): Promise<T>;
}

export async function testKubernetes(
  options: Partial<EmbeddedKubernetesOptions> = {},
): Promise<TestKubernetes> {
  const clock = new HandClock();
  const kubernetes = embeddedKubernetes({ clock, random: new SeededRandom(), ...options });
  await kubernetes.start();
  const { api, registry } = kubernetes;
  return { api, registry, client: kubernetes.client(), clock, target, given };

  function target(apiVersion: string, plural: string, where: Partial<Omit<Target, "resource">> = {}): Target {
    const [version = "", group = ""] = apiVersion.split("/").reverse();
    const resource = registry.find(group, version, plural);
    if (!resource) throw new Error(`Cannot target ${plural}: not served in ${apiVersion}`);
    return { resource, ...(resource.isNamespaced && { namespace: "default" }), ...where };
  }

  async function given<T extends KubeObject>(object: Json): Promise<T> {
    const { apiVersion, kind, metadata } = object as unknown as KubeObject;
    const [version = "", group = ""] = apiVersion.split("/").reverse();
    const resource = registry.findKind(group, version, kind);
    if (!resource) throw new Error(`Cannot store a ${kind}: not served in ${apiVersion}`);
    const namespace = resource.isNamespaced ? { namespace: metadata.namespace ?? "default" } : {};
    const { object: stored } = await api.create({ resource, ...namespace }, structuredClone(object), CALLER);
    return stored as T;
  }
}
