import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dominoCrds } from "@heliostat/engines";
import { staticIdentity } from "@heliostat/identity";
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  type KubeObject,
  NAMESPACES,
  namespaced,
  SILENT,
} from "@heliostat/kube";
import { embeddedKubernetes } from "@heliostat/kube-embedded";
import { fixedTiers, startScaler } from "@heliostat/scaler";
import { systemClock, systemRandom } from "../../packages/cli/src/system/clock.ts";

/** What a server tells the benchmark: where it is, and how much CPU it has used. */
export interface ServerReport {
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly cpuUs: number;
}

const TOKEN = "benchmark-benchmark-benchmark";
const PATH = "/ddl_cluster_scaler/cluster/rayclusters/demo";
const RAY_CLUSTERS = namespaced(
  "distributed-compute.dominodatalab.com/v1alpha1",
  "RayCluster",
  "rayclusters",
);
const CLUSTER = {
  apiVersion: "distributed-compute.dominodatalab.com/v1alpha1",
  kind: "RayCluster",
  metadata: {
    name: "demo",
    namespace: "team",
    labels: { "dominodatalab.com/starting-user-id": "alice" },
    annotations: { filler: "x".repeat(2000) },
  },
  spec: { autoscaling: { minReplicas: 1, maxReplicas: 5 } },
} as unknown as KubeObject;

/** The scaler on an embedded API, asked by the owner of a cluster. */
async function scaler(): Promise<string> {
  const [clock, random] = [systemClock, systemRandom];
  const kubernetes = embeddedKubernetes({ clock, random });
  await kubernetes.start();
  const client = kubernetes.client();
  await client.create(NAMESPACES, { apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } });
  for (const crd of dominoCrds()) await client.create(CUSTOM_RESOURCE_DEFINITIONS, crd);
  await client.create(RAY_CLUSTERS, CLUSTER);
  const { url, isReady } = await startScaler({
    ...{ client, clock, random },
    logger: SILENT,
    settings: { namespace: "team", requestsPerMinute: 1_000_000_000 },
    authenticator: staticIdentity(JSON.stringify({ tokens: [{ token: TOKEN, name: "alice" }] })),
    tiers: fixedTiers([]),
    listen: { host: "127.0.0.1", port: 0 },
  });
  await isReady;
  return url;
}

/** The same bytes from a constant, and nothing else. */
async function bare(): Promise<string> {
  const url = await scaler();
  const response = await fetch(`${url}${PATH}`, { headers: { authorization: `Bearer ${TOKEN}` } });
  const bytes = Buffer.from(await response.arrayBuffer());
  const server = createServer((_, answer) => {
    answer.writeHead(200, { "content-type": "application/json", "content-length": bytes.length }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const url = await (process.argv[2] === "scaler" ? scaler() : bare());

function tell(): void {
  const { user, system } = process.cpuUsage();
  const report: ServerReport = {
    url,
    path: PATH,
    headers: { authorization: `Bearer ${TOKEN}` },
    cpuUs: user + system,
  };
  process.send?.(report);
}

process.on("message", tell);
process.once("disconnect", () => process.exit());
tell();
