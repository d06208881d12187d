import { PODS, type Pod, SERVICE_ACCOUNTS } from "@heliostat/kube";
import { beforeEach, describe, expect, it } from "vitest";
import { type TestKubernetes, testKubernetes } from "../../testing/test-kubernetes.ts";

let kubernetes: TestKubernetes;
beforeEach(async () => {
  kubernetes = await testKubernetes();
});

describe("serviceAccountAdmission", () => {
  it("refuses a pod in the name of an account that is not there, and takes it once it is", async () => {
    const { client } = kubernetes;
    await expect(client.create(PODS, podOf("ray"))).rejects.toThrow(
      'pods "p" is forbidden: error looking up service account default/ray: serviceaccount "ray" not found',
    );
    const metadata = { namespace: "default", name: "ray" };
    await client.create(SERVICE_ACCOUNTS, { apiVersion: "v1", kind: "ServiceAccount", metadata });
    expect((await client.create(PODS, podOf("ray"))).spec?.serviceAccountName).toBe("ray");
  });

  it("waits for nobody to make the account that every namespace has", async () => {
    await expect(kubernetes.client.create(PODS, podOf("default"))).resolves.toBeDefined();
  });
});

function podOf(serviceAccountName: string): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "default", name: "p" },
    spec: { serviceAccountName, containers: [{ name: "c", image: "busybox" }] },
  };
}
