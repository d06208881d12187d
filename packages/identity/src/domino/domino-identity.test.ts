import { HandClock, settled } from "@heliostat/kube/testing";
import { beforeEach, describe, expect, it } from "vitest";
import type { HttpAnswer, HttpGetOptions } from "../http-get.ts";
import { dominoIdentity } from "./domino-identity.ts";

const PRINCIPAL = {
  canonicalId: "64f0",
  canonicalName: "alice",
  isAnonymous: false,
  isAdmin: false,
  featureFlags: ["x"],
};

describe("dominoIdentity()", () => {
  let clock: HandClock;
  let asked: { readonly url: string; readonly headers: HttpGetOptions["headers"] }[];
  let answers: (HttpAnswer | Error | "never")[];

  beforeEach(() => {
    clock = new HandClock();
    asked = [];
    answers = [];
  });

  const identity = (url?: string) => dominoIdentity({ clock, get, ...(url !== undefined && { url }) });

  async function get(url: string, { headers, signal }: HttpGetOptions): Promise<HttpAnswer> {
    asked.push({ url, headers });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    if (answer && answer !== "never") return answer;
    return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new Error("aborted"))));
  }

  it("asks with the very credential, and an API key wins", async () => {
    answers = [ok(PRINCIPAL)];
    const caller = { name: "alice", id: "64f0", groups: [], isAdmin: false };
    expect(await identity().authenticate({ bearer: "t" })).toEqual(caller);
    expect(await identity("https://domino.example/").authenticate({ bearer: "t", apiKey: "k" })).toEqual(
      caller,
    );
    expect(asked).toEqual([
      {
        url: "http://nucleus-frontend.domino-platform/v4/auth/principal",
        headers: { accept: "application/json", authorization: "Bearer t" },
      },
      {
        url: "https://domino.example/v4/auth/principal",
        headers: { accept: "application/json", "x-domino-api-key": "k" },
      },
    ]);
  });

  it.each([
    ["anonymous", ok({ ...PRINCIPAL, isAnonymous: true })],
    ["not known to be somebody", ok({ canonicalId: "64f0", isAdmin: true })],
    ["without an id", ok({ ...PRINCIPAL, canonicalId: "" })],
    ["refused", { status: 401, text: "" }],
    ["forbidden", { status: 403, text: "" }],
  ])("knows nobody who is %s", async (_, answer) => {
    answers = [answer];
    expect(await identity().authenticate({ bearer: "t" })).toBeUndefined();
  });

  it.each([
    ["is down", new Error("ECONNREFUSED")],
    ["fails", { status: 500, text: "" }],
    ["fails twice", { status: 503, text: "" }],
    ["sends elsewhere", { status: 302, text: "" }],
    ["speaks no JSON", { status: 200, text: "<html>" }],
    ["speaks no object", { status: 200, text: "[]" }],
  ])("fails closed when Domino %s", async (_, answer) => {
    answers = [answer];
    await expect(identity().authenticate({ bearer: "t" })).rejects.toMatchObject({ reason: "Unavailable" });
  });

  it("fails closed when Domino does not answer in time", async () => {
    answers = ["never"];
    const asking = identity().authenticate({ bearer: "t" });
    const refused = expect(asking).rejects.toThrow(/no answer within 5000 ms/);
    await clock.turn(5000);
    await refused;
  });

  it.each([502, 503, 504])("tries once more after %i", async (status) => {
    answers = [{ status, text: "" }, ok(PRINCIPAL)];
    expect(await identity().authenticate({ bearer: "t" })).toMatchObject({ name: "alice" });
    expect(asked).toHaveLength(2);
  });

  it("asks once for many, holds a yes for 30 s and a no for 5 s, and forgets failures", async () => {
    const domino = identity();
    answers = [ok(PRINCIPAL)];
    await Promise.all(Array.from({ length: 50 }, () => domino.authenticate({ bearer: "t" })));
    await clock.turn(29_999);
    await domino.authenticate({ bearer: "t" });
    expect(asked).toHaveLength(1);
    await clock.turn(1);
    await domino.authenticate({ bearer: "t" });
    expect(asked).toHaveLength(2);
    answers = [{ status: 401, text: "" }];
    await domino.authenticate({ bearer: "no" });
    await clock.turn(4999);
    await domino.authenticate({ bearer: "no" });
    expect(asked).toHaveLength(3);
    await clock.turn(1);
    answers = [new Error("down")];
    for (let count = 0; count < 2; count++)
      await expect(domino.authenticate({ bearer: "no" })).rejects.toThrow();
    expect(asked).toHaveLength(5);
    await settled();
  });

  it("never sends what is no header", async () => {
    for (const bearer of ["a\r\nx: y", "a b", "", "ü", "x".repeat(20_000)])
      expect(await identity().authenticate({ bearer })).toBeUndefined();
    expect(await identity().authenticate({})).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it.each(["file:///etc/passwd", "domino", "http://u:p@domino", "http://domino/?to=x"])(
    "refuses the address %s",
    (url) => {
      expect(() => identity(url)).toThrow(/DOMINO_NUCLEUS_URI/);
    },
  );
});

function ok(principal: object): HttpAnswer {
  return { status: 200, text: JSON.stringify(principal) };
}
