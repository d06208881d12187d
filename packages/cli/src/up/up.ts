import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { randomSuffix } from "@heliostat/kube";
import { canSandbox } from "@heliostat/kubelet";
import { unreconciledNote } from "@heliostat/operator";
import { isRayError, LABEL, NODE_TYPE, RAY_CLUSTERS, type RayCluster } from "@heliostat/ray";
import { rayDashboard } from "@heliostat/ray-http";
import { type LaptopApi, serveLaptopApi } from "../apiserver/laptop-api.ts";
import type { Config } from "../config.ts";
import { forwardToPod } from "../laptop/forward-to-pod.ts";
import { type Laptop, startLaptop } from "../laptop/laptop.ts";
import { podRuntime } from "../laptop/pod-runtime.ts";
import { type Applied, appliedName, applyManifests } from "../manifests/apply-manifests.ts";
import { readManifests } from "../manifests/read-manifests.ts";
import type { Reporter, UpEvent } from "../output/up-event.ts";
import { systemClock, systemRandom } from "../system/clock.ts";
import { stderrLogger } from "../system/logger.ts";
import { UserError } from "../user-error.ts";
import { type AwaitOptions, untilAllReady, untilClusterReady } from "./await-ready.ts";
import { choosePods, type PodsChoice } from "./choose-runtime.ts";
import { runJob } from "./run-job.ts";
import type { UpOptions } from "./up-options.ts";

export interface UpContext {
  readonly config: Config;
  readonly reporter: Reporter;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
}

const EXAMPLES = join(import.meta.dirname, "../../../../examples");
const EXAMPLE_CLUSTER = join(EXAMPLES, "raycluster.yaml");
const EXAMPLE_JOB = join(EXAMPLES, "job.py");

const EXIT_FAILURE = 1;
/** As a shell says of a program that Ctrl-C has ended. */
const EXIT_INTERRUPTED = 130;

/** Said where a job would need real pods. */
const NO_JOB_WHEN_SIMULATED = "pods are simulated, so no Ray is there to run it";

/**
 * A laptop's Kubernetes from nothing: the API, pods, the manifests, and a job on the first RayCluster among them.
 *
 * @returns the exit code: the job's with `--exit` (130 when interrupted before it has one), else 0
 * @throws UserError
 */
export async function up(options: UpOptions, context: UpContext): Promise<number> {
  const manifests = await readManifests(options.files.length > 0 ? options.files : [EXAMPLE_CLUSTER]);
  const laptop = await startLaptop({
    ...options,
    clock: systemClock,
    random: systemRandom,
    logger: stderrLogger(options.logLevel),
  });
  let api: LaptopApi | undefined;
  try {
    context.reporter.tell({ event: "ready", url: laptop.url, kubeconfig: laptop.kubeconfig });
    api = await serveLaptopApi(laptop);
    context.reporter.tell(apiEvent(api));
    const pods = await startPods(laptop, options, context);
    if (context.signal.aborted) return interrupted(options);
    const applied = await applyManifests(manifests, laptop);
    for (const each of applied) context.reporter.tell(appliedEvent(each));
    if (!options.exits) await serveScaler(laptop, applied, context);
    const step = { laptop, pods, options, context };
    const exitCode = await (options.exits ? firstResult(applied, step) : staying(applied, step));
    if (context.signal.aborted) return interrupted(options);
    if (options.exits) return exitCode;
    context.reporter.tell({ event: "try", commands: suggestions(laptop, applied) });
    await aborted(context.signal);
    return 0;
  } finally {
    context.reporter.tell({ event: "stopping" });
    await api?.server.stop();
    await laptop.stop();
  }
}

function appliedEvent(applied: Applied): UpEvent {
  const note = unreconciledNote(applied.resource);
  const { outcome } = applied;
  return { event: "applied", object: appliedName(applied), outcome, ...(note !== undefined && { note }) };
}

function apiEvent({ server, tokenFile }: LaptopApi): UpEvent {
  return { event: "api", url: server.httpUrl, grpc: server.grpcAddress, tokenFile };
}

async function serveScaler(
  laptop: Laptop,
  applied: readonly Applied[],
  { config, reporter }: UpContext,
): Promise<void> {
  const { laptopScaler } = await import("../scaler/laptop-scaler.ts");
  const { COMPUTE_NAMESPACE: namespace } = config.environment;
  const clusters = applied.filter(({ resource }) => resource.plural === RAY_CLUSTERS.plural);
  const names = clusters.map(({ object }) => object.metadata.name);
  reporter.tell(await laptopScaler(laptop, { names, ...(namespace !== undefined && { namespace }) }));
}

/** Whoever waits for a job's exit code must not take an interruption for success; without `--exit` it is the way to end. */
function interrupted({ exits }: UpOptions): number {
  return exits ? EXIT_INTERRUPTED : 0;
}

async function startPods(
  laptop: Laptop,
  options: UpOptions,
  { config, reporter, signal }: UpContext,
): Promise<PodsChoice> {
  const choice = await choosePods({
    ...options,
    canSandbox,
    cacheFolder: config.cacheFolder,
    searchPath: config.path,
    signal,
    onProgress: (text) => reporter.tell({ event: "progress", text }),
  });
  if (signal.aborted) return choice;
  const runtime = await podRuntime(choice, { options, config, laptop });
  await laptop.startNode(runtime, options.capacity);
  reporter.tell({ event: "pods", runtime: choice.runtime, why: choice.why });
  return choice;
}

interface Step {
  readonly laptop: Laptop;
  readonly pods: PodsChoice;
  readonly options: UpOptions;
  readonly context: UpContext;
}

/** Whoever stays looks closer, or deletes what he waited for: neither is a reason to take the API away. */
async function staying(applied: readonly Applied[], step: Step): Promise<number> {
  try {
    return await firstResult(applied, step);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    step.context.reporter.tell({ event: "job", status: "REFUSED", message: error.message });
    return EXIT_FAILURE;
  }
}

/** Wait for what was applied and, where there is a RayCluster, run the job on it. */
async function firstResult(applied: readonly Applied[], step: Step): Promise<number> {
  const { laptop, context, options } = step;
  const awaiting: AwaitOptions = {
    client: laptop.client,
    clock: systemClock,
    random: systemRandom,
    signal: context.signal,
    timeoutSeconds: options.timeoutSeconds,
    onSnapshot: (cluster) => context.reporter.tell({ event: "cluster", cluster }),
  };
  const cluster = applied.find(
    ({ resource }) => resource.kind === RAY_CLUSTERS.kind && resource.group === RAY_CLUSTERS.group,
  );
  if (!cluster) {
    if (options.exits) await untilAllReady(applied, awaiting);
    return applied.some(({ resource }) => unreconciledNote(resource) !== undefined) ? EXIT_FAILURE : 0;
  }
  const ready = await untilClusterReady(cluster.object as RayCluster, awaiting);
  return ready ? jobOn(ready, step) : 0;
}

async function jobOn(cluster: RayCluster, step: Step): Promise<number> {
  const { laptop, pods, options, context } = step;
  const { reporter } = context;
  const { name, namespace = "" } = cluster.metadata;
  if (pods.runtime === "simulated") {
    reporter.tell({ event: "job", status: "REFUSED", message: `${NO_JOB_WHEN_SIMULATED} (${pods.why})` });
    // Who asked for it has what he wanted; who did not must not take it for a job that went well.
    return options.pods === "simulated" ? 0 : 1;
  }
  const head = { namespace, labels: { [LABEL.cluster]: name, [LABEL.nodeType]: NODE_TYPE.head }, port: 8265 };
  const { url } = await forwardToPod(laptop, head);
  reporter.tell({ event: "dashboard", cluster: `${namespace}/${name}`, url });
  try {
    return await runExample(url, context);
  } catch (error) {
    if (!isRayError(error)) throw error;
    if (error.reason !== "Aborted") reporter.tell({ event: "job", status: "FAILED", message: error.message });
    return 1;
  }
}

async function runExample(dashboardUrl: string, { reporter, signal }: UpContext): Promise<number> {
  const submissionId = `heliostat-${randomSuffix(systemRandom)}`;
  reporter.tell({ event: "job", status: "RUNNING", submissionId });
  const { event, exitCode } = await runJob(rayDashboard({ baseUrl: dashboardUrl }), {
    script: { name: basename(EXAMPLE_JOB), content: await readFile(EXAMPLE_JOB) },
    submissionId,
    clock: systemClock,
    signal,
    onLog: (text) => reporter.tell({ event: "log", text }),
  });
  reporter.tell(event);
  return exitCode;
}

function suggestions({ kubeconfig }: Laptop, applied: readonly Applied[]): readonly string[] {
  const first = applied[0];
  return [
    `export KUBECONFIG=${kubeconfig}`,
    "kubectl get rayclusters -o wide",
    "kubectl get pods -o wide",
    ...(first ? [`kubectl describe ${appliedName(first)}`] : []),
    `kubectl logs -f -l ${LABEL.nodeType}=${NODE_TYPE.head}`,
  ];
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
