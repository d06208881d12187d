import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { laptopTokenFile, readTokenFile } from "../node/token-file.ts";
import { staticIdentity } from "./static-identity.ts";

const FILE = `
tokens:
  - token: alice-alice-alice
    name: alice
    id: a1
    groups: [team-a]
  - { token: "root-root-root-root", name: root, admin: true }
`;

describe("staticIdentity()", () => {
  it("knows a token as a bearer token and as an API key", async () => {
    const identity = staticIdentity(FILE);
    const alice = { name: "alice", id: "a1", groups: ["team-a"], isAdmin: false };
    expect(await identity.authenticate({ bearer: "alice-alice-alice" })).toEqual(alice);
    expect(await identity.authenticate({ apiKey: "alice-alice-alice" })).toEqual(alice);
    expect(await identity.authenticate({ bearer: "root-root-root-root" })).toMatchObject({ isAdmin: true });
    expect(identity.adminToken).toBe("root-root-root-root");
  });

  it("knows nobody else", async () => {
    const identity = staticIdentity(FILE);
    for (const bearer of ["", "alice-alice-alic", "alice-alice-alice ", "ALICE-ALICE-ALICE", "__proto__"]) {
      expect(await identity.authenticate({ bearer })).toBeUndefined();
    }
    expect(await identity.authenticate({})).toBeUndefined();
  });

  it.each([
    ["{", /neither YAML nor JSON/],
    ["[]", /must have a list "tokens"/],
    ["tokens: [1]", /tokens\[0\]: it must be an object/],
    ["tokens: [{token: short, name: a}]", /"token" must be a text of at least 16/],
    ["tokens: [{token: sixteen-letters-x}]", /"name" must be a text/],
    ["tokens: [{token: sixteen-letters-x, name: a, admin: yes please}]", /"admin" must be true or false/],
    ["tokens: [{token: sixteen-letters-x, name: a, groups: b}]", /"groups" must be a list/],
    ["tokens: [{token: sixteen-letters-x, name: a, role: b}]", /unknown field "role"/],
    [
      "tokens: [{token: sixteen-letters-x, name: a}, {token: sixteen-letters-x, name: b}]",
      /tokens\[1\].token stands there twice/,
    ],
  ])("refuses %j, and says which field", (text, message) => {
    expect(() => staticIdentity(text)).toThrow(message);
  });

  it("keeps tokens out of its messages", () => {
    expect(() => staticIdentity("tokens: [{token: very-secret-token-x, name: 1}]")).toThrow(
      /^(?!.*very-secret)/,
    );
  });
});

describe("laptopTokenFile()", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "heliostat-identity-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("makes an administrator once, for its owner's eyes only", async () => {
    const path = join(folder, "deep", "tokens.json");
    const first = await laptopTokenFile(path);
    expect(await laptopTokenFile(path)).toEqual(first);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, "utf8")).tokens).toHaveLength(1);
    const caller = await (await readTokenFile(path)).authenticate({ bearer: first.token });
    expect(caller).toEqual({ name: "admin", groups: [], isAdmin: true });
  });

  it("refuses a file without an administrator, and one that is not there", async () => {
    const path = join(folder, "tokens.yaml");
    await writeFile(path, "tokens: []");
    await expect(laptopTokenFile(path)).rejects.toThrow(/admin: true/);
    await expect(readTokenFile(join(folder, "none"))).rejects.toMatchObject({ reason: "Misconfigured" });
  });
});
