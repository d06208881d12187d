import { type ConfigMap, type Event, type KubeClient, KubeError, SILENT } from "@heliostat/kube";
import { HandClock, SeededRandom, settled } from "@heliostat/kube/testing";
import { describe, expect, it } from "vitest";
import { type EventWords, KubeEventRecorder } from "./event-recorder.ts";

const WORDS: EventWords = {
  reason: "CreatedHeadPod",
  action: "Create",
  note: "Created head Pod default/demo-head",
};

describe("KubeEventRecorder", () => {
  it("writes who reports what about whom", async () => {
    const { recorder, created } = bench();
    recorder.record(regarding("demo"), { ...WORDS, type: "Warning" });
    await settled();
    expect(created).toEqual([
      {
        apiVersion: "events.k8s.io/v1",
        kind: "Event",
        metadata: { name: expect.stringMatching(/^demo\.[0-9a-f]{13}[a-z0-9]{5}$/), namespace: "team" },
        eventTime: "2026-01-01T00:00:00.000000Z",
        reportingController: "raycluster-controller",
        reportingInstance: "heliostat-1",
        type: "Warning",
        reason: "CreatedHeadPod",
        action: "Create",
        note: "Created head Pod default/demo-head",
        regarding: {
          apiVersion: "v1",
          kind: "ConfigMap",
          name: "demo",
          namespace: "team",
          uid: "uid of demo",
          resourceVersion: "7",
        },
      },
    ]);
  });

  it("makes one series of the repeats within six minutes", async () => {
    const { recorder, created, patched, clock } = bench();
    for (let count = 0; count < 5; count++) recorder.record(regarding("demo"), WORDS);
    await clock.turn(5000);
    recorder.record(regarding("demo"), WORDS);
    await clock.turn(5000);
    expect(created).toHaveLength(1);
    expect(patched.map(({ series }) => series?.count)).toEqual([5, 6]);
  });

  it("tells ten notes of a kind apart, and the rest as one", async () => {
    const { recorder, created, patched, clock } = bench();
    const tell = (index: number) => recorder.record(regarding("demo"), { ...WORDS, note: `note ${index}` });
    for (let index = 0; index < 30; index++) tell(index);
    tell(0);
    await clock.turn(5000);
    expect(created.map(({ note }) => note)).toEqual(
      Array.from({ length: 11 }, (_, index) => `note ${index}`),
    );
    expect(patched.map(({ series }) => series?.count).sort()).toEqual([2, 20].sort());
    await clock.turn(6 * 60_000 + 1);
    tell(29);
    await settled();
    expect(created.at(-1)?.note).toBe("note 29");
  });

  it("begins a new event for another object, reason or action, and after six quiet minutes", async () => {
    const { recorder, created, clock } = bench();
    recorder.record(regarding("demo"), WORDS);
    recorder.record(regarding("other"), WORDS);
    recorder.record(regarding("demo"), { ...WORDS, reason: "DeletedHeadPod" });
    recorder.record(regarding("demo"), { ...WORDS, action: "Delete" });
    await clock.turn(6 * 60_000 + 1);
    recorder.record(regarding("demo"), WORDS);
    await settled();
    expect(created).toHaveLength(5);
    expect(new Set(created.map(({ metadata }) => metadata.name)).size).toBe(5);
  });

  it("names events in the order in which they happen", async () => {
    const { recorder, created, clock } = bench();
    for (const reason of ["Scheduled", "Pulled", "Created"])
      recorder.record(regarding("demo"), { ...WORDS, reason });
    await clock.turn(1);
    recorder.record(regarding("demo"), { ...WORDS, reason: "Started" });
    await settled();
    const byName = created.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    expect(byName.map(({ reason }) => reason)).toEqual(["Scheduled", "Pulled", "Created", "Started"]);
  });

  it("cuts a note after 1024 characters", async () => {
    const { recorder, created } = bench();
    recorder.record(regarding("demo"), { ...WORDS, note: "x".repeat(2000) });
    await settled();
    expect(created[0]?.note).toHaveLength(1024);
  });

  it("tries again when the API is in trouble, and drops what it refuses", async () => {
    const { recorder, created, clock, refusals } = bench();
    refusals.push(new KubeError("Unavailable", "scripted"), new KubeError("Forbidden", "scripted"));
    recorder.record(regarding("demo"), WORDS);
    recorder.record(regarding("other"), WORDS);
    await clock.turn(60_000);
    expect(created.map(({ regarding }) => regarding?.name)).toEqual(["other"]);
  });

  it("writes the event anew when it has expired meanwhile", async () => {
    const { recorder, created, clock, refusals } = bench();
    recorder.record(regarding("demo"), WORDS);
    await settled();
    recorder.record(regarding("demo"), WORDS);
    refusals.push(new KubeError("NotFound", "scripted"));
    await clock.turn(5000);
    expect(created.map(({ series }) => series?.count)).toEqual([undefined, 2]);
  });

  it("loses none of many, however many kinds there are, as long as they are written", async () => {
    const { recorder, created } = bench();
    for (let index = 0; index < 15_000; index++) {
      recorder.record(regarding(`demo-${index}`), WORDS);
      if (index % 1000 === 0) await drained(created, index + 1);
    }
    await drained(created, 15_000);
    expect(created).toHaveLength(15_000);
  });

  it("holds a bounded number of events that wait", async () => {
    const { recorder, created } = bench();
    for (let index = 0; index < 15_000; index++) recorder.record(regarding(`demo-${index}`), WORDS);
    await drained(created, 5001);
    for (let turn = 0; turn < 10; turn++) await settled();
    // One is on its way while the others wait.
    expect(created).toHaveLength(5001);
  });
});

async function drained(created: readonly Event[], count: number): Promise<void> {
  while (created.length < count) await settled();
}

function bench(): {
  recorder: KubeEventRecorder;
  created: Event[];
  patched: Event[];
  clock: HandClock;
  refusals: KubeError[];
} {
  const clock = new HandClock();
  const [created, patched, refusals]: [Event[], Event[], KubeError[]] = [[], [], []];
  async function answer(into: Event[], event: Event): Promise<void> {
    const refusal = refusals.shift();
    if (refusal) throw refusal;
    into.push(event);
  }
  const client = {
    create: (_: unknown, event: Event) => answer(created, event),
    patch: (_: unknown, __: unknown, { patch }: { patch: { body: Event } }) => answer(patched, patch.body),
  } as unknown as KubeClient;
  const recorder = new KubeEventRecorder(client, {
    clock,
    random: new SeededRandom(),
    logger: SILENT,
    signal: new AbortController().signal,
    reporter: { controller: "raycluster-controller", instance: "heliostat-1" },
  });
  return { recorder, created, patched, clock, refusals };
}

function regarding(name: string): ConfigMap {
  const metadata = { name, namespace: "team", uid: `uid of ${name}`, resourceVersion: "7" };
  return { apiVersion: "v1", kind: "ConfigMap", metadata };
}
