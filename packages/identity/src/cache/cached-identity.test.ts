import { HandClock } from "@heliostat/kube/testing";
import { describe, expect, it } from "vitest";
import type { Access, Caller, Credentials } from "../port.ts";
import { cachedAuthenticator, cachedAuthorizer } from "./cached-identity.ts";

const ALICE: Caller = { name: "alice", groups: [], isAdmin: false };
const ACCESS: Access = { verb: "get", group: "ray.io", resource: "rayclusters", namespace: "n" };

describe("cachedAuthenticator()", () => {
  it("forgets the least recently used beyond its bound", async () => {
    const asked: (string | undefined)[] = [];
    const cached = cachedAuthenticator(
      {
        async authenticate({ bearer }: Credentials) {
          asked.push(bearer);
          return ALICE;
        },
      },
      { clock: new HandClock(), maxEntries: 2 },
    );
    for (const bearer of ["a", "b", "a", "c", "a", "b"]) await cached.authenticate({ bearer });
    expect(asked).toEqual(["a", "b", "c", "b"]);
  });

  it("takes a token and an API key of one text for two credentials", async () => {
    let count = 0;
    const cached = cachedAuthenticator(
      {
        async authenticate({ apiKey }) {
          count += 1;
          return apiKey ? ALICE : undefined;
        },
      },
      { clock: new HandClock() },
    );
    expect(await cached.authenticate({ apiKey: "x" })).toEqual(ALICE);
    expect(await cached.authenticate({ bearer: "x" })).toBeUndefined();
    expect(count).toBe(2);
  });
});

describe("cachedAuthorizer()", () => {
  it("asks once for each caller and access", async () => {
    const clock = new HandClock();
    let count = 0;
    const cached = cachedAuthorizer(
      {
        async authorize({ name }) {
          count += 1;
          return { isAllowed: name === "alice", reason: "" };
        },
      },
      { clock },
    );
    const verdicts = async () =>
      Promise.all([
        cached.authorize(ALICE, ACCESS),
        cached.authorize(ALICE, { ...ACCESS, name: "x" }),
        cached.authorize({ ...ALICE, name: "bob" }, ACCESS),
      ]);
    expect((await verdicts()).map(({ isAllowed }) => isAllowed)).toEqual([true, true, false]);
    await verdicts();
    expect(count).toBe(3);
    await clock.turn(5000);
    await verdicts();
    expect(count).toBe(4);
  });
});
