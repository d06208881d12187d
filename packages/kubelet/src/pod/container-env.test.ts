import type { ConfigMap, Container, Secret } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { aContainer, aPod } from "../testing/fixtures.ts";
import { containerEnv } from "./container-env.ts";

const CONFIG: ConfigMap = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "config" },
  data: { MODE: "fast", level: "3" },
};
const SECRET: Secret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "secret" },
  data: { token: Buffer.from("s3cret").toString("base64") },
};

function env(wishes: Partial<Container>) {
  return containerEnv(aContainer(wishes), {
    facts: {
      pod: aPod({ metadata: { labels: { "ray.io/cluster": "demo" } } }),
      nodeName: "laptop",
      hostIp: "10.244.0.1",
      podIp: "10.244.0.9",
      allocatable: {},
    },
    inputs: { configMaps: new Map([["config", CONFIG]]), secrets: new Map([["secret", SECRET]]) },
    services: { KUBERNETES_SERVICE_HOST: "10.244.0.1" },
  });
}

describe("containerEnv()", () => {
  it("expands references to what stands before, to envFrom and to services, and to nothing that stands after", () => {
    const values = env({
      envFrom: [{ configMapRef: { name: "config" }, prefix: "C_" }],
      env: [
        { name: "A", value: "$(LATER)" },
        { name: "B", value: "$(C_MODE)@$(KUBERNETES_SERVICE_HOST)" },
        { name: "LATER", value: "x" },
        { name: "D", value: "$(B)/$$(B)" },
      ],
    });
    expect(values).toMatchObject({
      A: "$(LATER)",
      B: "fast@10.244.0.1",
      D: "fast@10.244.0.1/$(B)",
      C_MODE: "fast",
      C_level: "3",
    });
  });

  it("takes values from the pod, from config maps and from secrets", () => {
    const values = env({
      env: [
        { name: "CLUSTER", valueFrom: { fieldRef: { fieldPath: "metadata.labels['ray.io/cluster']" } } },
        { name: "MODE", valueFrom: { configMapKeyRef: { name: "config", key: "MODE" } } },
        { name: "TOKEN", valueFrom: { secretKeyRef: { name: "secret", key: "token" } } },
        { name: "USES", value: "$(TOKEN)" },
      ],
    });
    expect(values).toMatchObject({ CLUSTER: "demo", MODE: "fast", TOKEN: "s3cret", USES: "s3cret" });
  });

  it("lets env outweigh envFrom, and both the services", () => {
    const values = env({
      envFrom: [{ configMapRef: { name: "config" } }],
      env: [
        { name: "MODE", value: "slow" },
        { name: "KUBERNETES_SERVICE_HOST", value: "mine" },
      ],
    });
    expect(values).toMatchObject({ MODE: "slow", KUBERNETES_SERVICE_HOST: "mine" });
  });

  it("leaves out what is optional and absent", () => {
    const values = env({
      envFrom: [{ secretRef: { name: "gone", optional: true } }],
      env: [
        { name: "A", valueFrom: { configMapKeyRef: { name: "gone", key: "k", optional: true } } },
        { name: "B", valueFrom: { secretKeyRef: { name: "secret", key: "gone", optional: true } } },
      ],
    });
    expect(values).not.toHaveProperty("A");
    expect(values).not.toHaveProperty("B");
  });

  it.each<[string, Partial<Container>]>([
    ['configmap "gone" not found', { envFrom: [{ configMapRef: { name: "gone" } }] }],
    [
      'secret "gone" not found',
      { env: [{ name: "A", valueFrom: { secretKeyRef: { name: "gone", key: "k" } } }] },
    ],
    [
      "couldn't find key gone in ConfigMap default/config",
      { env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "config", key: "gone" } } }] },
    ],
    [
      "couldn't find key gone in Secret default/secret",
      { env: [{ name: "A", valueFrom: { secretKeyRef: { name: "secret", key: "gone" } } }] },
    ],
  ])("says %s in Kubernetes' words", (message, wishes) => {
    expect(() => env(wishes)).toThrow(message);
  });
});
