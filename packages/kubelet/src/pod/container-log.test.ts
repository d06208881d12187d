import type { LogOptions } from "@heliostat/kube";
import { settled } from "@heliostat/kube/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ContainerLog } from "./container-log.ts";

function logOf(...lines: readonly string[]): ContainerLog {
  const log = new ContainerLog();
  lines.forEach((line, index) => {
    write(log, `${line}\n`, { atMs: index * 1000 });
  });
  return log;
}

function write(
  log: ContainerLog,
  text: string,
  { stream = "stdout", atMs = 0 }: { readonly stream?: "stdout" | "stderr"; readonly atMs?: number } = {},
): void {
  log.append({ stream, atMs, bytes: Buffer.from(text) });
}

async function textOf(log: ContainerLog, options?: LogOptions): Promise<string> {
  let text = "";
  for await (const chunk of log.read(options)) text += Buffer.from(chunk).toString();
  return text;
}

describe("ContainerLog", () => {
  it("gives back what was written", async () => {
    expect(await textOf(logOf("a", "b"))).toBe("a\nb\n");
  });

  it("puts lines together that came in pieces, each stream for itself", async () => {
    const log = new ContainerLog();
    write(log, "out");
    write(log, "err\n", { stream: "stderr" });
    write(log, "put\nrest");
    expect(await textOf(log)).toBe("err\noutput\n");
    log.end(0);
    expect(await textOf(log)).toBe("err\noutput\nrest");
  });

  it("loses nothing, however the output is cut into pieces", async () => {
    const pieces = fc.array(fc.stringMatching(/^[ab\n]{0,5}$/));
    await fc.assert(
      fc.asyncProperty(pieces, async (texts) => {
        const log = new ContainerLog();
        for (const text of texts) write(log, text);
        log.end(0);
        expect(await textOf(log)).toBe(texts.join(""));
      }),
    );
  });

  it("sends the last lines, those since a moment, and no more than so many bytes", async () => {
    const log = logOf("one", "two", "three");
    expect(await textOf(log, { tailLines: 2 })).toBe("two\nthree\n");
    expect(await textOf(log, { tailLines: 0 })).toBe("");
    expect(await textOf(log, { tailLines: 9 })).toBe("one\ntwo\nthree\n");
    expect(await textOf(log, { sinceTime: "1970-01-01T00:00:01Z" })).toBe("two\nthree\n");
    expect(await textOf(log, { limitBytes: 5 })).toBe("one\nt");
  });

  it("stamps lines to the nanosecond on demand", async () => {
    expect(await textOf(logOf("a"), { timestamps: true })).toBe("1970-01-01T00:00:00.000000000Z a\n");
  });

  it("follows until the run ends", async () => {
    const log = logOf("a");
    const read = textOf(log, { follow: true });
    await settled();
    write(log, "b\n");
    await settled();
    write(log, "c");
    log.end(0);
    expect(await read).toBe("a\nb\nc");
  });

  it("lets a follower go whose signal aborts", async () => {
    const log = logOf("a");
    const stop = new AbortController();
    const read = textOf(log, { follow: true, signal: stop.signal });
    await settled();
    stop.abort();
    expect(await read).toBe("a\n");
  });

  it("drops the oldest lines when it is full, also under a follower", async () => {
    const log = new ContainerLog(100);
    const lines = Array.from({ length: 50 }, (_, index) => `line ${String(index).padStart(4, "0")}`);
    for (const line of lines) write(log, `${line}\n`);
    const kept = (await textOf(log)).trimEnd().split("\n");
    expect(kept.length).toBeLessThanOrEqual(10);
    expect(kept).toEqual(lines.slice(-kept.length));
    expect(await textOf(log, { tailLines: 1 })).toBe("line 0049\n");
  });

  it("cuts a line that never ends", async () => {
    const log = new ContainerLog();
    write(log, "x".repeat(20_000));
    expect((await textOf(log)).length).toBe(20_000);
  });

  it("keeps the tail for a termination message", () => {
    expect(logOf("one", "two", "three").tail(2, 8)).toBe("o\nthree\n");
  });
});
