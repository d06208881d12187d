import {
  CUSTOM_RESOURCE_DEFINITIONS,
  type CustomResourceDefinition,
  type KubeWire,
  type NodePort,
} from "@heliostat/kube";
import { HandClock, SeededRandom } from "@heliostat/kube/testing";
import { embeddedKubernetes, inProcessWire } from "@heliostat/kube-embedded";
import { expect, test } from "vitest";
import { usesRoutes } from "./uses-routes.ts";

test("dashboards are published by Routes only where the API serves them", async () => {
  expect(await usesRoutes(await wireOf({ hasRoutes: false }), { environment: {} })).toBe(false);
  expect(await usesRoutes(await wireOf({ hasRoutes: true }), { environment: {} })).toBe(true);
});

test("who prefers Ingresses on OpenShift gets them", async () => {
  const environment = { USE_INGRESS_ON_OPENSHIFT: "true" };
  expect(await usesRoutes(await wireOf({ hasRoutes: true }), { environment })).toBe(false);
});

test("an API that cannot say is no API without Routes", async () => {
  const failing: KubeWire = { send: async () => ({ status: 503, headers: {}, body: nothing() }) };
  await expect(usesRoutes(failing, { environment: {} })).rejects.toThrow(
    /whether this is OpenShift: HTTP 503/,
  );
});

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function wireOf({ hasRoutes }: { readonly hasRoutes: boolean }): Promise<KubeWire> {
  const clock = new HandClock();
  const kubernetes = embeddedKubernetes({ clock, random: new SeededRandom() });
  await kubernetes.start();
  if (hasRoutes) await kubernetes.client("test").create(CUSTOM_RESOURCE_DEFINITIONS, ROUTES);
  const { api, registry } = kubernetes;
  return inProcessWire({
    api,
    registry,
    clock,
    node: {} as NodePort,
    user: { name: "test", groups: [] },
  });
}

const ROUTES: CustomResourceDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "routes.route.openshift.io" },
  spec: {
    group: "route.openshift.io",
    names: { kind: "Route", plural: "routes" },
    scope: "Namespaced",
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
  },
};
