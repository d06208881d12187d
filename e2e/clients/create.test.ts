import {
  CONFIG_MAPS,
  clusterScoped,
  type Deployment,
  type HorizontalPodAutoscaler,
  isKubeError,
  type Job,
  type KubeObject,
  NAMESPACES,
  NODES,
  namespaced,
  PODS,
  type Resource,
  SECRETS,
  SERVICES,
} from "@heliostat/kube";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetchTools } from "../tools/fetch.ts";
import { type ClientProgram, clientProgram } from "./client-program.ts";
import { type Cluster, startCluster } from "./cluster.ts";

const DEPLOYMENTS = namespaced<Deployment>("apps/v1", "Deployment", "deployments");
const JOBS = namespaced<Job>("batch/v1", "Job", "jobs");
const CRON_JOBS = namespaced("batch/v1", "CronJob", "cronjobs");
const ROLES = namespaced("rbac.authorization.k8s.io/v1", "Role", "roles");
const ROLE_BINDINGS = namespaced("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings");
const CLUSTER_ROLES = clusterScoped("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles");
const QUOTAS = namespaced("v1", "ResourceQuota", "resourcequotas");
const BUDGETS = namespaced("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets");
const INGRESSES = namespaced("networking.k8s.io/v1", "Ingress", "ingresses");
const ACCOUNTS = namespaced("v1", "ServiceAccount", "serviceaccounts");
const PRIORITIES = clusterScoped("scheduling.k8s.io/v1", "PriorityClass", "priorityclasses");
const AUTOSCALERS = namespaced<HorizontalPodAutoscaler>(
  "autoscaling/v2",
  "HorizontalPodAutoscaler",
  "horizontalpodautoscalers",
);

/** From 1.32 on these send protobuf. */
describe.each(["kubectl-1.32", "kubectl-1.35"] as const)("%s", (version) => {
  let cluster: Cluster;
  let kubectl: ClientProgram;

  beforeAll(async () => {
    cluster = await startCluster();
    kubectl = clientProgram(fetchTools()[version], cluster);
  });
  afterAll(() => cluster?.remove());

  const stored = <T extends KubeObject>(resource: Resource<T>, name: string): Promise<T> =>
    cluster.client.get(resource, { name, namespace: "default" });

  describe("create", () => {
    it("namespace, configmap, secret and service account", async () => {
      expect(await kubectl.output("create ns team")).toBe("namespace/team created\n");
      expect(await cluster.client.get(NAMESPACES, { name: "team" })).toMatchObject({
        status: { phase: "Active" },
      });
      await kubectl.output(["create", "configmap", "settings", "--from-literal=greeting=hello world"]);
      expect(await stored(CONFIG_MAPS, "settings")).toMatchObject({ data: { greeting: "hello world" } });
      await kubectl.output("create secret generic door --from-literal=key=shut");
      expect(await stored(SECRETS, "door")).toMatchObject({ type: "Opaque", data: { key: "c2h1dA==" } });
      await kubectl.output("create serviceaccount robot");
      expect(await stored(ACCOUNTS, "robot")).toMatchObject({ metadata: { name: "robot" } });
    });

    it("deployment, whose zero replicas stay zero and whose defaults are the server's", async () => {
      await kubectl.output("create deployment idle --image=example/web:1 --replicas=0 --port=80");
      const { spec } = await stored(DEPLOYMENTS, "idle");
      expect(spec).toMatchObject({
        replicas: 0,
        strategy: { type: "RollingUpdate" },
        template: { spec: { containers: [{ ports: [{ containerPort: 80, protocol: "TCP" }] }] } },
      });
      expect(spec?.template.spec?.containers[0]?.ports?.[0]).not.toHaveProperty("hostPort");
      const again = await kubectl.run("create deployment idle --image=example/web:1");
      expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("already exists") });
    });

    it("job and cronjob, and a job from a cronjob", async () => {
      await kubectl.output("create job once --image=example/broom:1 -- sweep --all");
      expect((await stored(JOBS, "once")).spec).toMatchObject({
        completions: 1,
        backoffLimit: 6,
        template: { spec: { restartPolicy: "Never", containers: [{ command: ["sweep", "--all"] }] } },
      });
      const schedule = ["--image=example/broom:1", "--schedule=*/5 * * * *", "--", "sweep"];
      await kubectl.output(["create", "cronjob", "tidy", ...schedule]);
      expect(await stored(CRON_JOBS, "tidy")).toMatchObject({
        spec: { schedule: "*/5 * * * *", suspend: false },
      });
      await kubectl.output("create job now --from=cronjob/tidy");
      const { metadata } = await stored(JOBS, "now");
      expect(metadata.ownerReferences).toMatchObject([{ kind: "CronJob", name: "tidy", controller: true }]);
    });

    it("role, cluster role and role binding", async () => {
      await kubectl.output("create role reader --verb=get,list --resource=pods,deployments.apps");
      expect(await stored(ROLES, "reader")).toMatchObject({
        rules: [
          { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] },
          { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "list"] },
        ],
      });
      await kubectl.output("create clusterrole metrics --verb=get --non-resource-url=/metrics");
      expect(await cluster.client.get(CLUSTER_ROLES, { name: "metrics" })).toMatchObject({
        rules: [{ nonResourceURLs: ["/metrics"], verbs: ["get"] }],
      });
      await kubectl.output("create rolebinding reads --role=reader --serviceaccount=default:robot");
      expect(await stored(ROLE_BINDINGS, "reads")).toMatchObject({
        roleRef: { kind: "Role", name: "reader" },
        subjects: [{ kind: "ServiceAccount", name: "robot", namespace: "default" }],
      });
    });

    it("quota, disruption budget, priority class, ingress and services", async () => {
      await kubectl.output("create quota small --hard=pods=2,cpu=500m");
      expect(await stored(QUOTAS, "small")).toMatchObject({ spec: { hard: { pods: "2", cpu: "500m" } } });
      // From here on it would count, and nobody here keeps its status.
      await kubectl.output("delete quota small");
      await kubectl.output("create pdb few --selector=app=web --min-available=50%");
      await kubectl.output("create pdb many --selector=app=web --max-unavailable=1");
      expect(await stored(BUDGETS, "few")).toMatchObject({ spec: { minAvailable: "50%" } });
      expect(await stored(BUDGETS, "many")).toMatchObject({ spec: { maxUnavailable: 1 } });
      await kubectl.output("create priorityclass high --value=1000 --preemption-policy=Never");
      expect(await cluster.client.get(PRIORITIES, { name: "high" })).toMatchObject({
        value: 1000,
        preemptionPolicy: "Never",
      });
      await kubectl.output("create ingress front --rule=example.com/shop*=web:80 --class=plain");
      expect(await stored(INGRESSES, "front")).toMatchObject({
        spec: {
          ingressClassName: "plain",
          rules: [{ host: "example.com", http: { paths: [{ path: "/shop", pathType: "Prefix" }] } }],
        },
      });
      await kubectl.output("create service nodeport open --tcp=80:8080");
      expect(await stored(SERVICES, "open")).toMatchObject({
        spec: { type: "NodePort", ports: [{ port: 80, targetPort: 8080, protocol: "TCP" }] },
      });
    });

    it("token, which is one that the server knows", async () => {
      const token = (await kubectl.output("create token robot --duration=20m")).trim();
      const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
      expect(claims).toMatchObject({ sub: "system:serviceaccount:default:robot" });
      expect(claims.exp - claims.iat).toBe(1200);
      expect(await kubectl.run("create token robot --duration=1m")).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("may not specify a duration less than 10 minutes"),
      });
    });

    it("a list of anything, once its items are found to be valid", async () => {
      const input = JSON.stringify(listOf({ first: "1" }, { second: "2" }));
      expect(await kubectl.output("create -f -", { input })).toBe(
        "configmap/first created\nconfigmap/second created\n",
      );
      expect(await kubectl.output("replace -f -", { input })).toContain("configmap/second replaced");
      const wrong = JSON.stringify(listOf({ third: 3 }));
      expect((await kubectl.run("create -f -", { input: wrong })).stderr).toContain("data.third");
    });

    it("nothing in a dry run", async () => {
      await kubectl.output("create configmap ghost --from-literal=a=b --dry-run=server");
      await expect(stored(CONFIG_MAPS, "ghost")).rejects.toSatisfy((error) => isKubeError(error, "NotFound"));
    });
  });

  describe("auth", () => {
    it("answers who one is and what one may", async () => {
      expect(await kubectl.output("auth can-i create pods")).toBe("yes\n");
      expect(await kubectl.output("auth can-i --list")).toMatch(/\*\.\* .*\[\*\]/);
      expect(JSON.parse(await kubectl.output("auth whoami -o json"))).toMatchObject({
        status: { userInfo: { username: "heliostat-admin" } },
      });
    });
  });

  describe("on what is there", () => {
    it("exposes, runs, sets an image and restarts", async () => {
      await kubectl.output("create deployment web --image=example/web:1 --replicas=2");
      await kubectl.output("expose deployment web --port=80 --target-port=8080");
      expect((await stored(SERVICES, "web")).spec).toMatchObject({
        selector: { app: "web" },
        ports: [{ port: 80, targetPort: 8080 }],
      });
      await kubectl.output("run lonely --image=example/web:1 --env=A=b --labels=app=lonely");
      expect(await stored(PODS, "lonely")).toMatchObject({
        metadata: { labels: { app: "lonely" } },
        spec: { containers: [{ name: "lonely", env: [{ name: "A", value: "b" }] }] },
      });
      await kubectl.output("set image deployment/web web=example/web:2");
      await kubectl.output("rollout restart deployment/web");
      expect((await stored(DEPLOYMENTS, "web")).spec?.template).toMatchObject({
        metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": expect.any(String) } },
        spec: { containers: [{ image: "example/web:2" }] },
      });
    });

    it("scales, also to zero and only from the number that is expected", async () => {
      await kubectl.output("scale deployment web --current-replicas=2 --replicas=5");
      expect((await stored(DEPLOYMENTS, "web")).spec?.replicas).toBe(5);
      const wrong = await kubectl.run("scale deployment web --current-replicas=2 --replicas=1");
      expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining("2, was 5") });
      await kubectl.output("scale deployment web --replicas=0");
      expect((await stored(DEPLOYMENTS, "web")).spec?.replicas).toBe(0);
    });

    it("autoscales, whichever version of the API it speaks", async () => {
      const percent = version === "kubectl-1.32" ? "--cpu-percent=50" : "--cpu=50%";
      await kubectl.output(`autoscale deployment web --min=1 --max=3 ${percent}`);
      const target = { type: "Utilization", averageUtilization: 50 };
      expect((await stored(AUTOSCALERS, "web")).spec).toMatchObject({
        minReplicas: 1,
        maxReplicas: 3,
        metrics: [{ type: "Resource", resource: { name: "cpu", target } }],
      });
      const old = await kubectl.output("get horizontalpodautoscalers.v1.autoscaling web -o json");
      expect(JSON.parse(old)).toMatchObject({
        apiVersion: "autoscaling/v1",
        spec: { targetCPUUtilizationPercentage: 50 },
      });
      expect(await kubectl.output("get hpa")).toMatch(/web +Deployment\/web +cpu: <unknown>\/50% +1 +3 +0/);
    });

    it("puts a debugger into a pod", async () => {
      await kubectl.output("debug lonely --image=example/tools:1 --target=lonely --profile=general -c look");
      expect((await stored(PODS, "lonely")).spec?.ephemeralContainers).toMatchObject([
        { name: "look", image: "example/tools:1", targetContainerName: "lonely" },
      ]);
    });

    it("cordons, drains and uncordons a node", async () => {
      await cluster.client.create(NODES, { apiVersion: "v1", kind: "Node", metadata: { name: "n1" } });
      const { spec } = await stored(PODS, "lonely");
      await cluster.client.create(PODS, {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "guest", namespace: "default" },
        spec: { nodeName: "n1", containers: [{ name: "main", image: spec?.containers[0]?.image ?? "" }] },
      });
      const isCordoned = async () => (await cluster.client.get(NODES, { name: "n1" })).spec?.unschedulable;
      expect(await kubectl.output("cordon n1")).toBe("node/n1 cordoned\n");
      expect(await isCordoned()).toBe(true);
      expect(await kubectl.output("drain n1 --force --grace-period=0 --timeout=30s")).toContain(
        "pod/guest evicted",
      );
      await expect(stored(PODS, "guest")).rejects.toSatisfy((error) => isKubeError(error, "NotFound"));
      await kubectl.output("uncordon n1");
      expect(await isCordoned()).toBeFalsy();
    });
  });
});

/** A `List` with a config map a setting, which bears the setting's name. */
function listOf(...settings: readonly Readonly<Record<string, unknown>>[]): object {
  const items = settings.map((data) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: Object.keys(data)[0] },
    data,
  }));
  return { apiVersion: "v1", kind: "List", items };
}
