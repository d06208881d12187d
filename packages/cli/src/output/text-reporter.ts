import { textTable } from "./text-table.ts";
import type { ClusterSnapshot, JobEvent, Reporter, ScalerEvent, UpEvent } from "./up-event.ts";

/** Where text goes, and whether it may be drawn over. */
export interface Screen {
  write(text: string): void;
  /** A terminal, in which lines can be replaced. */
  readonly isTerminal: boolean;
  readonly isColourful: boolean;
  readonly columns: number;
  readonly rows: number;
}

/** Plain sentences for a person; while a cluster comes up one live table, or what has changed where nothing is drawn over. */
export function textReporter(screen: Screen): Reporter {
  let liveLines = 0;
  let told: readonly string[] = [];

  function tell(event: UpEvent): void {
    if (event.event !== "cluster") {
      liveLines = 0;
      screen.write(textOf(event, screen.isColourful));
    } else if (screen.isTerminal) drawCluster(event.cluster);
    else tellChanges(event.cluster);
  }

  function drawCluster(cluster: ClusterSnapshot): void {
    const lines = fitting(tableLines(cluster), screen);
    const eraseOld = liveLines > 0 ? `\u001b[${liveLines}A\u001b[J` : "";
    screen.write(`${eraseOld}${lines.join("\n")}\n`);
    liveLines = lines.length;
  }

  function tellChanges(cluster: ClusterSnapshot): void {
    const lines = plainLines(cluster);
    screen.write(
      lines
        .filter((line) => !told.includes(line))
        .map((line) => `${line}\n`)
        .join(""),
    );
    told = lines;
  }

  return { tell, close: () => {} };
}

/** As much as can be drawn over again: what has scrolled away cannot. */
function fitting(lines: readonly string[], { columns, rows }: Screen): readonly string[] {
  const room = rows - 2;
  const shown =
    lines.length <= room ? lines : [...lines.slice(0, room), `  and ${lines.length - room} lines more`];
  return shown.map((line) => line.slice(0, columns - 1));
}

function tableLines(cluster: ClusterSnapshot): readonly string[] {
  const { pods, conditions } = cells(cluster);
  return [
    "",
    headline(cluster),
    ...(pods.length > 0 ? indented(textTable(["POD", "READY", "STATUS", "RESTARTS", "IP", ""], pods)) : []),
    ...(conditions.length > 0 ? indented(textTable(["CONDITION", "STATUS", "REASON", ""], conditions)) : []),
  ];
}

/** Without columns, so that a line differs only when what it says does. */
function plainLines(cluster: ClusterSnapshot): readonly string[] {
  const { pods, conditions } = cells(cluster);
  const rows = [...pods.map((pod) => ["pod", ...pod]), ...conditions.map((each) => ["condition", ...each])];
  return [headline(cluster), ...indented(rows.map((row) => row.filter((cell) => cell !== "").join("  ")))];
}

function headline({ name, state }: ClusterSnapshot): string {
  return `RayCluster ${name}: ${state || "starting"}`;
}

interface Cells {
  readonly pods: readonly (readonly string[])[];
  readonly conditions: readonly (readonly string[])[];
}

function cells(cluster: ClusterSnapshot): Cells {
  return {
    pods: cluster.pods.map(({ name, ready, status, restarts, ip, why }) => [
      name,
      ready,
      status,
      String(restarts),
      ip || "-",
      why,
    ]),
    conditions: cluster.conditions.map(({ type, status, reason, message }) => [
      type,
      status,
      reason,
      message,
    ]),
  };
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
      return `${event.object} ${event.outcome}${event.note ? `: ${event.note}` : ""}\n`;
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
    case "error":
      return "";
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
