import { textTable } from "./text-table.ts";
import type { ClusterSnapshot, JobEvent, Reporter, ScalerEvent, UpEvent } from "./up-event.ts";

/** Where text goes, and whether it may be drawn over. */
export interface Screen {
  write(text: string): void;
  /** A terminal, in which lines can be replaced. */
  readonly isTerminal: boolean;
  readonly isColourful: boolean;
  readonly columns: number;
}

/** Plain sentences for a person, with one live table while a cluster comes up. */
export function textReporter(screen: Screen): Reporter {
  let liveLines = 0;

  function tell(event: UpEvent): void {
    if (event.event === "cluster") {
      drawCluster(event.cluster);
      return;
    }
    liveLines = 0;
    screen.write(textOf(event, screen.isColourful));
  }

  function drawCluster(cluster: ClusterSnapshot): void {
    const lines = clusterLines(cluster).map((line) =>
      screen.isTerminal ? line.slice(0, screen.columns - 1) : line,
    );
    const eraseOld = screen.isTerminal && liveLines > 0 ? `\u001b[${liveLines}A\u001b[J` : "";
    screen.write(`${eraseOld}${lines.join("\n")}\n`);
    liveLines = lines.length;
  }

  return { tell, close: () => {} };
}

function clusterLines(cluster: ClusterSnapshot): readonly string[] {
  const pods = cluster.pods.map(({ name, ready, status, restarts, ip, why }) => [
    name,
    ready,
    status,
    String(restarts),
    ip || "-",
    why,
  ]);
  const conditions = cluster.conditions.map(({ type, status, reason, message }) => [
    type,
    status,
    reason,
    message,
  ]);
  return [
    "",
    `RayCluster ${cluster.name}: ${cluster.state || "starting"}`,
    ...indented(textTable(["POD", "READY", "STATUS", "RESTARTS", "IP", ""], pods)),
    ...indented(textTable(["CONDITION", "STATUS", "REASON", ""], conditions)),
  ];
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

function textOf(event: Exclude<UpEvent, { readonly event: "cluster" }>, isColourful: boolean): string {
  switch (event.event) {
    case "ready":
      return `Kubernetes API  ${event.url}\nkubeconfig      ${event.kubeconfig}\n`;
    case "api":
      return `Ray API         ${event.url}/swagger-ui/  gRPC ${event.grpc}\ntoken file      ${event.tokenFile}\n`;
    case "pods":
      return `Pods            ${event.runtime}: ${event.why}\n`;
    case "scaler":
      return scalerText(event);
    case "progress":
      return `  ${event.text}\n`;
    case "applied":
      return `${event.object} ${event.outcome}\n`;
    case "dashboard":
      return `Ray dashboard   ${event.url}  (${event.cluster})\n`;
    case "log":
      return event.text;
    case "job":
      return `${jobSentence(event, isColourful)}\n`;
    case "try":
      return `\nTry:\n${event.commands.map((command) => `  ${command}\n`).join("")}\nCtrl-C stops everything.\n`;
    case "stopping":
      return "Stopping\n";
  }
}

function jobSentence({ status, submissionId, result, message }: JobEvent, isColourful: boolean): string {
  switch (status) {
    case "SUCCEEDED":
      return `${paint("Job succeeded", 32, isColourful)}${result ? `: ${result}` : ""}`;
    case "FAILED":
    case "STOPPED":
      return `${paint(`Job ${status.toLowerCase()}`, 31, isColourful)}: ${message ?? "no reason was given"}`;
    case "REFUSED":
      return `${paint("Job not run", 33, isColourful)}: ${message ?? ""}`;
    case "PENDING":
    case "RUNNING":
      return `Job ${submissionId ?? ""} ${status.toLowerCase()}`;
  }
}

function paint(text: string, colour: number, isColourful: boolean): string {
  return isColourful ? `\u001b[${colour}m${text}\u001b[0m` : text;
}

function scalerText({ url, tokenFile, environment }: ScalerEvent): string {
  const lines = environment.map((line) => `  export ${line}\n`);
  return `Scaler          ${url}  (for people: ${url}/docs; tokens: ${tokenFile})\n${lines.join("")}`;
}
