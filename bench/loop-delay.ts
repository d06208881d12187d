import { monitorEventLoopDelay } from "node:perf_hooks";

/* Loaded into a server before its program: asked `begin`, it watches over the event loop; asked `end`, it tells. */

const RESOLUTION_MS = 2;
const LOOKS_A_MEASURE = 25;

/** What was seen between `begin` and `end`. */
export interface LoopReport {
  /** The longest and the thousandth longest wait for a turn of the loop, the wait for a processor included. */
  readonly maxDelayMs: number;
  readonly p999DelayMs: number;
  /** The most CPU that the loop's thread used between two turns: what stays when others share the machine. */
  readonly maxCpuMs: number;
  /** How much the process grew. */
  readonly grownBytes: number;
}

const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
let [lastCpuMs, maxCpuMs, firstBytes, mostBytes] = [0, 0, 0, 0];
let looks = 0;
let timer: NodeJS.Timeout | undefined;

process.on("message", (question) => process.send?.(question === "begin" ? begin() : end()));
process.channel?.unref();

function begin(): string {
  histogram.reset();
  histogram.enable();
  [lastCpuMs, maxCpuMs] = [threadCpuMs(), 0];
  firstBytes = process.memoryUsage.rss();
  mostBytes = firstBytes;
  timer = setInterval(look, RESOLUTION_MS);
  return "begun";
}

function look(): void {
  const cpuMs = threadCpuMs();
  maxCpuMs = Math.max(maxCpuMs, cpuMs - lastCpuMs);
  looks += 1;
  // To ask for the memory takes a millisecond itself.
  if (looks % LOOKS_A_MEASURE === 0) mostBytes = Math.max(mostBytes, process.memoryUsage.rss());
  lastCpuMs = threadCpuMs();
}

function end(): LoopReport {
  look();
  clearInterval(timer);
  histogram.disable();
  const delayMs = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  return {
    maxDelayMs: delayMs(histogram.max),
    p999DelayMs: delayMs(histogram.percentile(99.9)),
    maxCpuMs,
    grownBytes: mostBytes - firstBytes,
  };
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
