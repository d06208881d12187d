import { KubeError, type KubeObject, type Resource } from "@heliostat/kube";
import { HandClock, SeededRandom } from "@heliostat/kube/testing";
import { type EmbeddedKubernetes, embeddedKubernetes } from "@heliostat/kube-embedded";
import { beforeEach, describe, expect, it } from "vitest";
import type { Access, Caller } from "../port.ts";
import { kubernetesIdentity } from "./kubernetes-identity.ts";

const ACCESS: Access = {
  verb: "patch",
  group: "ray.io",
  resource: "rayclusters",
  namespace: "team",
  name: "a",
};
const TOKEN = "a-token-of-the-cluster";

describe("kubernetesIdentity() on the embedded API", () => {
  let kubernetes: EmbeddedKubernetes;

  beforeEach(async () => {
    kubernetes = embeddedKubernetes({
      clock: new HandClock(),
      random: new SeededRandom(),
      authorization: "rbac",
      tokenReader: {
        async read(token, audiences) {
          if (token !== TOKEN) return undefined;
          const user = { name: "alice", uid: "u-1", groups: ["team-a"], extra: { scopes: ["x"] } };
          return { user, audiences: audiences.filter((each) => each === "scaler"), standsOn: [] };
        },
      },
    });
    await kubernetes.start();
  });

  it("knows whom the cluster knows, and nobody else", async () => {
    const identity = kubernetesIdentity({ client: kubernetes.client() });
    expect(await identity.authenticate({ bearer: TOKEN })).toEqual({
      name: "alice",
      groups: expect.arrayContaining(["team-a"]),
      isAdmin: false,
      extra: { scopes: ["x"] },
    });
    expect(await identity.authenticate({ bearer: "another" })).toBeUndefined();
    expect(await identity.authenticate({ bearer: "" })).toBeUndefined();
    expect(await identity.authenticate({ apiKey: TOKEN })).toBeUndefined();
    expect(await identity.authenticate({})).toBeUndefined();
  });

  it("refuses a token that is meant for others", async () => {
    const client = kubernetes.client();
    const ours = kubernetesIdentity({ client, audiences: ["scaler"] });
    const others = kubernetesIdentity({ client, audiences: ["elsewhere"] });
    expect(await ours.authenticate({ bearer: TOKEN })).toMatchObject({ name: "alice" });
    expect(await others.authenticate({ bearer: TOKEN })).toBeUndefined();
  });

  it("allows what roles allow, in the caller's name and by the caller's groups", async () => {
    const client = kubernetes.client();
    await given("", "Namespace", { metadata: { name: "team" } });
    await given("rbac.authorization.k8s.io", "Role", {
      metadata: { name: "scale", namespace: "team" },
      rules: [{ apiGroups: ["ray.io"], resources: ["rayclusters"], verbs: ["get", "patch"] }],
    });
    await given("rbac.authorization.k8s.io", "RoleBinding", {
      metadata: { name: "scale", namespace: "team" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "scale" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "team-a" }],
    });
    const identity = kubernetesIdentity({ client });
    const alice: Caller = { name: "alice", groups: ["team-a"], isAdmin: false };
    const mallory: Caller = { name: "mallory", groups: [], isAdmin: true };
    expect(await identity.authorize(alice, ACCESS)).toMatchObject({ isAllowed: true });
    expect(await identity.authorize(alice, { ...ACCESS, verb: "delete" })).toMatchObject({
      isAllowed: false,
    });
    expect(await identity.authorize(alice, { ...ACCESS, namespace: "other" })).toMatchObject({
      isAllowed: false,
    });
    expect(await identity.authorize(mallory, ACCESS)).toMatchObject({ isAllowed: false });
  });

  it("says so when the API may not be asked, and when it cannot be", async () => {
    const forbidden = kubernetesIdentity({ client: refusing(new KubeError("Forbidden", "no")) });
    const down = kubernetesIdentity({ client: refusing(new KubeError("Unavailable", "down")) });
    await expect(forbidden.authenticate({ bearer: TOKEN })).rejects.toMatchObject({
      reason: "Misconfigured",
    });
    await expect(down.authorize({ name: "a", groups: [], isAdmin: false }, ACCESS)).rejects.toMatchObject({
      name: "IdentityError",
      reason: "Unavailable",
    });
  });

  async function given(group: string, kind: string, object: object): Promise<void> {
    const resource = kubernetes.registry.findKind(group, "v1", kind) as Resource;
    const apiVersion = group === "" ? "v1" : `${group}/v1`;
    await kubernetes.client().create(resource, { apiVersion, kind, ...object } as KubeObject);
  }
});

function refusing(error: KubeError): Parameters<typeof kubernetesIdentity>[0]["client"] {
  return { create: () => Promise.reject(error) };
}
