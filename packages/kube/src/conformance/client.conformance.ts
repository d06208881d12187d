import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConfigMap, Pod } from "../../gen/types.ts";
import type { KubeClient, WatchEvent, WatchOptions } from "../client.ts";
import type { KubeReason } from "../kube-error.ts";
import type { KubeObject } from "../object.ts";
import { CONFIG_MAPS, NAMESPACES, PODS } from "../resources.ts";
import { describeApply } from "./apply.conformance.ts";

export interface KubeClientSubject {
  /** The adapter's name, for the report. */
  readonly name: string;
  /** A client of a cluster in which the suite may make namespaces of its own. */
  newClient(): Promise<KubeClientUnderTest>;
}

export interface KubeClientUnderTest {
  readonly client: KubeClient;
  close(): Promise<void>;
}

/**
 * What every adapter of {@link KubeClient} must do, whatever cluster stands behind it. The tests work in a namespace
 * of their own and wait for nothing but events.
 */
export function describeKubeClient({ name, newClient }: KubeClientSubject): void {
  describe(`KubeClient: ${name}`, () => {
    let subject: KubeClientUnderTest;
    let client: KubeClient;
    let namespace: string;

    beforeAll(async () => {
      subject = await newClient();
      ({ client } = subject);
      const created = await client.create(NAMESPACES, {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "", generateName: "conformance-" },
      });
      namespace = created.metadata.name;
    });

    afterAll(async () => {
      await client.delete(NAMESPACES, { name: namespace });
      await subject.close();
    });

    function configMap(own: string, data: Record<string, string> = {}, labels = {}): ConfigMap {
      return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: own, namespace, labels }, data };
    }

    function create(own: string, data?: Record<string, string>, labels?: object): Promise<ConfigMap> {
      return client.create(CONFIG_MAPS, configMap(own, data, labels));
    }

    function watch(options: WatchOptions = {}): EventReader {
      return new EventReader(client, { namespace, ...options });
    }

    describe("create and get", () => {
      it("gives the stored object an identity, a birth date and a version", async () => {
        const { metadata } = await create("born", { a: "1" });
        expect(metadata).toMatchObject({
          name: "born",
          namespace,
          uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        });
        expect(Date.parse(metadata.creationTimestamp ?? "")).not.toBeNaN();
        expect(metadata.resourceVersion).toMatch(/^[1-9]\d*$/);
        expect(await client.get(CONFIG_MAPS, { namespace, name: "born" })).toMatchObject({
          data: { a: "1" },
        });
      });

      it("says AlreadyExists the second time", async () => {
        await create("twice");
        await expect(create("twice")).rejects.toThrow(refusal("AlreadyExists"));
      });

      it("says NotFound for what is not there, and for a namespace that is not there", async () => {
        await expect(client.get(CONFIG_MAPS, { namespace, name: "absent" })).rejects.toThrow(
          'configmaps "absent" not found',
        );
        const elsewhere = { ...configMap("x"), metadata: { name: "x", namespace: `${namespace}-absent` } };
        await expect(client.create(CONFIG_MAPS, elsewhere)).rejects.toThrow(refusal("NotFound"));
      });

      it("finds a free name for generateName", async () => {
        const metadata = { name: "", generateName: "made-", namespace };
        const names = await Promise.all(
          [1, 2, 3].map(async () => {
            const made = await client.create(CONFIG_MAPS, { apiVersion: "v1", kind: "ConfigMap", metadata });
            return made.metadata.name;
          }),
        );
        expect(new Set(names).size).toBe(3);
        expect(names.every((each) => /^made-[a-z0-9]{5}$/.test(each))).toBe(true);
      });

      it("says Invalid and names the field", async () => {
        const refused = create("Not_A_Name");
        await expect(refused).rejects.toThrow(refusal("Invalid"));
        await expect(refused).rejects.toMatchObject({
          options: { causes: [expect.objectContaining({ field: "metadata.name" })] },
        });
      });

      it("stores nothing in a dry run", async () => {
        await client.create(CONFIG_MAPS, configMap("dry"), { isDryRun: true });
        await expect(client.get(CONFIG_MAPS, { namespace, name: "dry" })).rejects.toThrow(
          refusal("NotFound"),
        );
      });

      it("refuses, when told to be strict, a field that the kind does not have, and drops it otherwise", async () => {
        const misspelt = { ...configMap("misspelt"), dat: { a: "1" } };
        const refused = client.create(CONFIG_MAPS, misspelt, { isStrict: true });
        await expect(refused).rejects.toThrow('unknown field "dat"');
        expect(await client.create(CONFIG_MAPS, misspelt)).not.toHaveProperty("dat");
      });

      it("leaves the object that it is given as it was", async () => {
        const given = configMap("untouched", { a: "1" });
        const before = JSON.stringify(given);
        await client.create(CONFIG_MAPS, given);
        expect(JSON.stringify(given)).toBe(before);
        expect(Object.isFrozen(given)).toBe(false);
      });
    });

    describe("list", () => {
      it("answers in the order of names, with the revision at which it was true", async () => {
        await Promise.all(["l3", "l1", "l2"].map((each) => create(each, {}, { list: "order" })));
        const list = await client.list(CONFIG_MAPS, { namespace, labelSelector: "list=order" });
        expect(list.items.map(({ metadata }) => metadata.name)).toEqual(["l1", "l2", "l3"]);
        expect(Number(list.resourceVersion)).toBeGreaterThan(0);
      });

      it("selects by labels and by fields", async () => {
        await create("s1", {}, { tier: "a", extra: "" });
        await create("s2", {}, { tier: "b" });
        const names = async (options: object): Promise<readonly string[]> =>
          (await client.list(CONFIG_MAPS, { namespace, ...options })).items.map(
            ({ metadata }) => metadata.name,
          );
        expect(await names({ labelSelector: "tier in (a,b),!extra" })).toEqual(["s2"]);
        expect(await names({ labelSelector: "tier,tier!=b" })).toEqual(["s1"]);
        expect(await names({ fieldSelector: "metadata.name=s2" })).toEqual(["s2"]);
        await expect(names({ fieldSelector: "spec.unheard=of" })).rejects.toThrow(refusal("BadRequest"));
      });

      it("shows one state on all its pages", async () => {
        for (const each of ["p1", "p2", "p3"]) await create(each, {}, { list: "pages" });
        const first = await client.list(CONFIG_MAPS, { namespace, labelSelector: "list=pages", limit: 2 });
        await create("p0", {}, { list: "pages" });
        await client.delete(CONFIG_MAPS, { namespace, name: "p3" });
        const second = await client.list(CONFIG_MAPS, {
          namespace,
          labelSelector: "list=pages",
          limit: 2,
          continueToken: first.continueToken ?? "",
        });
        const names = [...first.items, ...second.items].map(({ metadata }) => metadata.name);
        expect(names).toEqual(["p1", "p2", "p3"]);
        expect(second.resourceVersion).toBe(first.resourceVersion);
        expect(second.continueToken).toBeUndefined();
      });
    });

    describe("update", () => {
      it("refuses a version that is no longer the stored one", async () => {
        const old = await create("raced", { a: "1" });
        const newer = await client.update(CONFIG_MAPS, { ...old, data: { a: "2" } });
        expect(Number(newer.metadata.resourceVersion)).toBeGreaterThan(Number(old.metadata.resourceVersion));
        const late = client.update(CONFIG_MAPS, { ...old, data: { a: "3" } });
        await expect(late).rejects.toThrow(refusal("Conflict"));
        await expect(late).rejects.toThrow(
          'Operation cannot be fulfilled on configmaps "raced": the object has been modified; please apply your changes to the latest version and try again',
        );
      });

      it("gives a write that changes nothing no new version", async () => {
        const old = await create("same", { a: "1" });
        const again = await client.update(CONFIG_MAPS, old);
        expect(again.metadata.resourceVersion).toBe(old.metadata.resourceVersion);
      });

      it("keeps what belongs to the server", async () => {
        const old = await create("owned");
        const forged = {
          ...old.metadata,
          creationTimestamp: "2001-01-01T00:00:00Z",
          deletionTimestamp: "2001-01-01T00:00:00Z",
        };
        const { metadata } = await client.update(CONFIG_MAPS, { ...old, metadata: forged });
        expect(metadata.creationTimestamp).toBe(old.metadata.creationTimestamp);
        expect(metadata.deletionTimestamp).toBeUndefined();
      });

      it("says NotFound for what is not there", async () => {
        await expect(client.update(CONFIG_MAPS, configMap("nobody"))).rejects.toThrow(refusal("NotFound"));
      });

      it("keeps a status apart from the rest", async () => {
        const pod = await client.create(PODS, unscheduledPod(namespace, "apart"));
        const status = { phase: "Pending", message: "seen" };
        const changed = await client.update(PODS, {
          ...pod,
          status,
          metadata: { ...pod.metadata, labels: { a: "b" } },
        });
        expect(changed.metadata.labels).toEqual({ a: "b" });
        expect(changed.status?.message).toBeUndefined();
        const reported = await client.patch(
          PODS,
          { namespace, name: "apart" },
          {
            subresource: "status",
            patch: { type: "merge", body: { status: { message: "seen" }, spec: { nodeName: "forged" } } },
          },
        );
        expect(reported.status?.message).toBe("seen");
        expect(reported.spec?.nodeName).toBeUndefined();
      });
    });

    describe("patch", () => {
      it("merges, removes by null, and adds what was not there", async () => {
        await create("merged", { a: "1", b: "2" });
        const body = { data: { a: null, c: "3" }, metadata: { labels: { x: "y" } } };
        const patched = await client.patch(
          CONFIG_MAPS,
          { namespace, name: "merged" },
          { patch: { type: "merge", body } },
        );
        expect(patched.data).toEqual({ b: "2", c: "3" });
        expect(patched.metadata.labels).toMatchObject({ x: "y" });
      });

      it("takes JSON patches, in which replace adds what its object lacks", async () => {
        await create("stepped", { a: "1" });
        const patched = await client.patch(
          CONFIG_MAPS,
          { namespace, name: "stepped" },
          {
            patch: {
              type: "json",
              body: [
                { op: "test", path: "/data/a", value: "1" },
                { op: "replace", path: "/data/b", value: "2" },
                { op: "remove", path: "/data/a" },
              ],
            },
          },
        );
        expect(patched.data).toEqual({ b: "2" });
      });

      it("says Invalid when a JSON patch does not apply", async () => {
        await create("unsteppable");
        const body = [{ op: "remove", path: "/data/absent" }] as const;
        const patch = client.patch(
          CONFIG_MAPS,
          { namespace, name: "unsteppable" },
          { patch: { type: "json", body } },
        );
        await expect(patch).rejects.toThrow(refusal("Invalid"));
      });

      it("says Conflict when the patch names another uid or version", async () => {
        const { metadata } = await create("named");
        for (const other of [{ uid: "00000000-0000-4000-8000-000000000000" }, { resourceVersion: "1" }]) {
          const body = { metadata: other, data: { a: "1" } };
          const patch = client.patch(
            CONFIG_MAPS,
            { namespace, name: "named" },
            { patch: { type: "merge", body } },
          );
          await expect(patch).rejects.toThrow(refusal("Conflict"));
        }
        const body = {
          metadata: { uid: metadata.uid ?? "", resourceVersion: metadata.resourceVersion ?? "" },
          data: { a: "1" },
        };
        const patched = await client.patch(
          CONFIG_MAPS,
          { namespace, name: "named" },
          { patch: { type: "merge", body } },
        );
        expect(patched.data).toEqual({ a: "1" });
      });

      it("merges lists of built-in kinds by their keys", async () => {
        await client.create(PODS, unscheduledPod(namespace, "strategic"));
        const body = { spec: { containers: [{ name: "main", image: "example/other:1" }] } };
        const patched = await client.patch(
          PODS,
          { namespace, name: "strategic" },
          { patch: { type: "strategic", body } },
        );
        expect(patched.spec?.containers.map(({ name: own, image }) => [own, image])).toEqual([
          ["main", "example/other:1"],
        ]);
      });

      it("refuses to change the spec of a pod", async () => {
        await client.create(PODS, unscheduledPod(namespace, "frozen"));
        const body = { spec: { hostname: "other" } };
        const patch = client.patch(PODS, { namespace, name: "frozen" }, { patch: { type: "merge", body } });
        await expect(patch).rejects.toThrow("pod updates may not change fields other than");
      });
    });

    describeApply(() => ({ client, namespace }));

    describe("delete", () => {
      it("removes at once what nothing holds, and says NotFound afterwards", async () => {
        await create("gone");
        await client.delete(CONFIG_MAPS, { namespace, name: "gone" });
        await expect(client.get(CONFIG_MAPS, { namespace, name: "gone" })).rejects.toThrow(
          refusal("NotFound"),
        );
        await expect(client.delete(CONFIG_MAPS, { namespace, name: "gone" })).rejects.toThrow(
          refusal("NotFound"),
        );
      });

      it("waits for finalizers, and ends when the last is taken off", async () => {
        const held = configMap("held");
        await client.create(CONFIG_MAPS, {
          ...held,
          metadata: { ...held.metadata, finalizers: ["example.com/hold"] },
        });
        await client.delete(CONFIG_MAPS, { namespace, name: "held" });
        const terminating = await client.get(CONFIG_MAPS, { namespace, name: "held" });
        expect(terminating.metadata.deletionTimestamp).toBeDefined();
        const added = { metadata: { finalizers: ["example.com/hold", "example.com/more"] } };
        const patch = client.patch(
          CONFIG_MAPS,
          { namespace, name: "held" },
          { patch: { type: "merge", body: added } },
        );
        await expect(patch).rejects.toThrow(refusal("Invalid"));
        const body = { metadata: { finalizers: null } };
        await client.patch(CONFIG_MAPS, { namespace, name: "held" }, { patch: { type: "merge", body } });
        await expect(client.get(CONFIG_MAPS, { namespace, name: "held" })).rejects.toThrow(
          refusal("NotFound"),
        );
      });

      it("deletes only the very object that was seen", async () => {
        await create("precise");
        const preconditions = { uid: "00000000-0000-4000-8000-000000000000" };
        const wrong = client.delete(CONFIG_MAPS, { namespace, name: "precise" }, { preconditions });
        await expect(wrong).rejects.toThrow(refusal("Conflict"));
      });
    });

    describe("watch", () => {
      it("begins with the present state, then tells what changes, in order", async () => {
        await create("w1", {}, { watch: "all" });
        const events = watch({ labelSelector: "watch=all" });
        expect(await events.next()).toEqual(["ADDED", "w1"]);
        await client.patch(
          CONFIG_MAPS,
          { namespace, name: "w1" },
          { patch: { type: "merge", body: { data: { a: "1" } } } },
        );
        await create("w2", {}, { watch: "all" });
        await client.delete(CONFIG_MAPS, { namespace, name: "w1" });
        expect([await events.next(), await events.next(), await events.next()]).toEqual([
          ["MODIFIED", "w1"],
          ["ADDED", "w2"],
          ["DELETED", "w1"],
        ]);
        await events.end();
      });

      it("goes on after a revision without a gap and without a repetition", async () => {
        await create("r1", {}, { watch: "resume" });
        const { resourceVersion } = await client.list(CONFIG_MAPS, { namespace });
        await create("r2", {}, { watch: "resume" });
        await create("r3", {}, { watch: "resume" });
        const events = watch({ labelSelector: "watch=resume", resourceVersion });
        expect([await events.next(), await events.next()]).toEqual([
          ["ADDED", "r2"],
          ["ADDED", "r3"],
        ]);
        await events.end();
      });

      it("tells of an object that enters or leaves its selection as added or deleted", async () => {
        await create("moving", {}, { watch: "out" });
        const { resourceVersion } = await client.list(CONFIG_MAPS, { namespace });
        const events = watch({ labelSelector: "watch=in", resourceVersion });
        for (const label of ["in", "out"]) {
          const body = { metadata: { labels: { watch: label } } };
          await client.patch(CONFIG_MAPS, { namespace, name: "moving" }, { patch: { type: "merge", body } });
        }
        expect([await events.next(), await events.next()]).toEqual([
          ["ADDED", "moving"],
          ["DELETED", "moving"],
        ]);
        await events.end();
      });

      it("gives a deleted object the revision of its deletion", async () => {
        const { metadata } = await create("last", {}, { watch: "last" });
        const events = watch({ labelSelector: "watch=last" });
        await events.next();
        await client.delete(CONFIG_MAPS, { namespace, name: "last" });
        const deleted = await events.nextObject();
        expect(Number(deleted.metadata.resourceVersion)).toBeGreaterThan(Number(metadata.resourceVersion));
        await events.end();
      });

      it("ends cleanly after timeoutSeconds, and when its signal aborts", async () => {
        const timed = watch({ labelSelector: "watch=nothing", timeoutSeconds: 1 });
        expect(await timed.next()).toBeUndefined();
        const aborted = watch({ labelSelector: "watch=nothing" });
        const next = aborted.next();
        await aborted.end();
        expect(await next).toBeUndefined();
      });
    });
  });
}

/** Reads a watch of config maps event by event. */
class EventReader {
  readonly #abort = new AbortController();
  readonly #events: AsyncIterator<WatchEvent<ConfigMap>>;

  constructor(client: KubeClient, options: WatchOptions) {
    const events = client.watch(CONFIG_MAPS, { ...options, signal: this.#abort.signal });
    this.#events = events[Symbol.asyncIterator]();
  }

  /** Type and name of the next event; `undefined` at the end. */
  async next(): Promise<readonly [string, string] | undefined> {
    const { value, done } = await this.#events.next();
    if (done) return undefined;
    return [value.type, "object" in value ? value.object.metadata.name : ""];
  }

  async nextObject(): Promise<KubeObject> {
    const { value } = await this.#events.next();
    if (value && "object" in value) return value.object;
    throw new Error("Cannot read an object: the watch has ended");
  }

  async end(): Promise<void> {
    this.#abort.abort();
    await this.#events.return?.();
  }
}

function refusal(reason: KubeReason): Error {
  return expect.objectContaining({ name: "KubeError", reason }) as Error;
}

/** A pod that no scheduler takes. */
function unscheduledPod(namespace: string, name: string): Pod {
  const containers = [{ name: "main", image: "example/app:1" }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace },
    spec: { containers, schedulerName: "nobody", automountServiceAccountToken: false },
  };
}
