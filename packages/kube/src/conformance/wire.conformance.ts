import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KubeWire, WireAnswer, WireRequest } from "../kube-wire.ts";

export interface WireConformance {
  readonly name: string;
  /** A way to an API in which the namespace `default` is empty, and how to close it. */
  readonly newWire: () => Promise<{ readonly wire: KubeWire; close(): Promise<void> }>;
}

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

/** What every adapter of {@link KubeWire} does. */
export function describeKubeWire({ name, newWire }: WireConformance): void {
  describe(`KubeWire, ${name}`, () => {
    let wire: KubeWire;
    let close: () => Promise<void>;

    beforeAll(async () => {
      ({ wire, close } = await newWire());
    });
    afterAll(() => close());

    const send = (request: Partial<WireRequest>) =>
      wire.send({ method: "GET", path: CONFIG_MAPS, headers: { accept: "application/json" }, ...request });

    it("passes bodies on, and the writer's name", async () => {
      const made = await send({
        method: "POST",
        path: `${CONFIG_MAPS}?fieldValidation=Strict`,
        headers: { "content-type": "application/yaml", "user-agent": "someone/1.0" },
        body: new TextEncoder().encode(
          "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n",
        ),
      });
      expect(made.status).toBe(201);
      expect(made.headers["content-type"]).toBe("application/json");
      expect(await jsonOf(made)).toMatchObject({
        metadata: { name: "a", managedFields: [{ manager: "someone" }] },
      });
    });

    it("answers in the form that was asked for", async () => {
      const table = await send({ headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" } });
      expect(await jsonOf(table)).toMatchObject({ kind: "Table" });
      expect((await send({ headers: { accept: "image/png" } })).status).toBe(406);
    });

    it("takes a refusal for an answer", async () => {
      const absent = await send({ path: `${CONFIG_MAPS}/absent` });
      expect([absent.status, await jsonOf(absent)]).toMatchObject([
        404,
        { kind: "Status", reason: "NotFound" },
      ]);
      const unknown = await send({ path: "/nowhere" });
      expect([unknown.status, await textOf(unknown)]).toEqual([404, "404 page not found\n"]);
    });

    it("passes on paths that are no resources", async () => {
      expect(await jsonOf(await send({ path: "/api" }))).toMatchObject({ kind: "APIVersions" });
    });

    it("streams, until the signal aborts", async () => {
      const leave = new AbortController();
      const watch = await send({ path: `${CONFIG_MAPS}?watch=true`, signal: leave.signal });
      const chunks = watch.body[Symbol.asyncIterator]();
      const { value = new Uint8Array() } = await chunks.next();
      expect(JSON.parse(new TextDecoder().decode(value).split("\n")[0] ?? "")).toMatchObject({
        type: "ADDED",
      });
      leave.abort(new Error("enough"));
      await chunks.next().catch(() => undefined);
      await expect(send({ signal: leave.signal })).rejects.toThrow("enough");
    });
  });
}

async function textOf({ body }: WireAnswer): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body) text += decoder.decode(chunk, { stream: true });
  return text;
}

async function jsonOf(answer: WireAnswer): Promise<unknown> {
  return JSON.parse(await textOf(answer));
}
