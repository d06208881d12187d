import { describe, expect, it } from "vitest";
import { lineSplitter, run } from "./run.ts";

describe("run()", () => {
  it("gives both streams and the exit code, and each line as it comes", async () => {
    const lines: string[] = [];
    const script = "echo one; echo two >&2; exit 3";
    const finished = await run("sh", ["-c", script], { onLine: (line) => lines.push(line) });
    expect(finished).toEqual({ exitCode: 3, stdout: "one\n", stderr: "two\n" });
    expect(lines.sort()).toEqual(["one", "two"]);
  });

  it("counts a program that is not there as 127, as a shell does", async () => {
    expect((await run("no-such-program", [])).exitCode).toBe(127);
  });

  it("ends the program when the signal aborts", async () => {
    const stop = new AbortController();
    const finished = run("sleep", ["60"], { signal: stop.signal });
    stop.abort();
    expect((await finished).exitCode).not.toBe(0);
  });
});

describe("lineSplitter()", () => {
  it("puts lines together that come in pieces", () => {
    const lines: string[] = [];
    const take = lineSplitter((line) => lines.push(line));
    for (const chunk of ["a", "b\nc", "\n", "rest"]) take(chunk);
    expect(lines).toEqual(["ab", "c"]);
  });
});
