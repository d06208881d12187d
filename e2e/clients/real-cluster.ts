import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type KubeClient, PODS, type Pod } from "@heliostat/kube";
import { embeddedKubernetes, loadServerIdentity, serveKubernetes } from "@heliostat/kube-embedded";
import { sandboxRuntime, startKubelet } from "@heliostat/kubelet";
import { systemClock, systemRandom } from "../../packages/cli/src/system/clock.ts";

/** The embedded API behind its real server, and a node that runs pods as real processes. */
export interface RealCluster {
  readonly client: KubeClient;
  readonly kubeconfigPath: string;
  /** An empty home for the clients: their caches outlive a server. */
  readonly home: string;
  /** Run a shell script as the only container `main` of a pod in `default`. */
  runScript(name: string, script: string, more?: object): Promise<void>;
  /** Resolves with the pod once it is in this phase. */
  reached(name: string, phase: string): Promise<Pod>;
  remove(): Promise<void>;
}

/** Ask `canSandbox()` first. */
export async function startRealCluster(): Promise<RealCluster> {
  const home = mkdtempSync(join(tmpdir(), "heliostat-real-"));
  const [clock, random] = [systemClock, systemRandom];
  const identity = loadServerIdentity(join(home, "data"), clock);
  const kubernetes = embeddedKubernetes({ clock, random, tokens: identity.tokens });
  await kubernetes.start();
  const { api, registry } = kubernetes;
  const client = kubernetes.client("e2e");
  const runtime = await sandboxRuntime({
    folder: join(home, "node"),
    images: { file: "images.yaml" },
    internet: "off",
  });
  const kubelet = startKubelet({
    ...{ client, clock, random, runtime },
    machine: { architecture: "amd64", operatingSystem: "linux", kernelVersion: "6", osImage: "Test" },
    apiServer: { host: runtime.nodeIp, port: 6443 },
    caCertificate: identity.credentials.caCertificatePem,
    issueToken: async () => "unused",
  });
  await kubelet.registered;
  const server = await serveKubernetes({ api, registry, node: kubelet.port, clock, identity });

  async function reached(name: string, phase: string): Promise<Pod> {
    for (;;) {
      const pod = await client.get(PODS, { name, namespace: "default" });
      if (pod.status?.phase === phase) return pod;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  return {
    client,
    home,
    kubeconfigPath: server.kubeconfigPath,
    reached,
    async runScript(name, script, more = {}) {
      const main = { name: "main", image: "busybox", command: ["bash", "-c", script], ...more };
      const spec = { nodeName: "laptop", restartPolicy: "Never", terminationGracePeriodSeconds: 0 };
      await client.create(PODS, {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: "default" },
        spec: { ...spec, containers: [main] },
      } as Pod);
    },
    async remove() {
      await server.close();
      await kubelet.stop();
      kubernetes.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
