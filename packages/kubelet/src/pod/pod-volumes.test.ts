import type { ConfigMap, PersistentVolume, Secret, Volume } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import type { PodVolume } from "../runtime/container-runtime.ts";
import { aPod } from "../testing/fixtures.ts";
import { podVolumes, tokenKey, tokenProjections } from "./pod-volumes.ts";
import { withServiceAccountVolume } from "./service-account-volume.ts";

const CONFIG: ConfigMap = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "config" },
  data: { "a.txt": "A", "b.txt": "B" },
  binaryData: { raw: "AP8=" },
};
const SECRET: Secret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "secret" },
  data: { key: Buffer.from("pem").toString("base64") },
};

const VOLUME: PersistentVolume = {
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name: "pv" },
  spec: { hostPath: { path: "/volumes/c", type: "DirectoryOrCreate" } },
};

function volumesOf(...volumes: readonly Volume[]): ReadonlyMap<string, PodVolume> {
  const pod = aPod({ metadata: { labels: { app: "x" } }, spec: { volumes } });
  const facts = { pod, nodeName: "laptop", hostIp: "h", podIp: "p", allocatable: {} };
  const claims = new Map([
    ["c", VOLUME],
    ["unbound", undefined],
  ]);
  const inputs = {
    configMaps: new Map([["config", CONFIG]]),
    secrets: new Map([["secret", SECRET]]),
    claims,
  };
  const tokens = new Map([[tokenKey({ path: "", audience: "api", expirationSeconds: 60 }), "jwt"]]);
  return podVolumes(pod, { facts, inputs, tokens });
}

function filesOf(volume: Omit<Volume, "name">): readonly string[] {
  const found = volumesOf({ name: "v", ...volume }).get("v");
  if (found?.type !== "files") throw new Error("Not a volume of files");
  return found.files.map(
    ({ path, content, mode }) => `${path} ${mode.toString(8)} ${Buffer.from(content).toString("latin1")}`,
  );
}

describe("podVolumes()", () => {
  it("knows folders of the pod's own, of the host, and claims", () => {
    const volumes = volumesOf(
      { name: "shm", emptyDir: { medium: "Memory", sizeLimit: "1Gi" } },
      { name: "tmp", emptyDir: {} },
      { name: "host", hostPath: { path: "/data" } },
      { name: "claim", persistentVolumeClaim: { claimName: "c" } },
    );
    expect([...volumes.values()]).toEqual([
      { type: "empty", name: "shm", medium: "Memory", sizeLimitBytes: 2 ** 30 },
      { type: "empty", name: "tmp", medium: "" },
      { type: "host", name: "host", path: "/data" },
      { type: "host", name: "claim", path: "/volumes/c", pathType: "DirectoryOrCreate" },
    ]);
  });

  it("lets a pod wait for its claim, and for the claim's volume", () => {
    const claim = (claimName: string) => volumesOf({ name: "v", persistentVolumeClaim: { claimName } });
    expect(() => claim("unbound")).toThrow('persistentvolumeclaim "unbound" has no volume yet');
    expect(() => claim("other")).toThrow('persistentvolumeclaim "other" not found');
  });

  it("shows all keys of a config map, bytes included", () => {
    expect(filesOf({ configMap: { name: "config" } })).toEqual([
      "a.txt 644 A",
      "b.txt 644 B",
      "raw 644 \0\xff",
    ]);
  });

  it("shows the chosen keys under their paths, each with its mode", () => {
    const items = [
      { key: "b.txt", path: "sub/b" },
      { key: "a.txt", path: "a", mode: 0o400 },
    ];
    expect(filesOf({ configMap: { name: "config", items, defaultMode: 0o600 } })).toEqual([
      "sub/b 600 B",
      "a 400 A",
    ]);
  });

  it("shows secrets as they are, not as they travel", () => {
    expect(filesOf({ secret: { secretName: "secret", defaultMode: 0o400 } })).toEqual(["key 400 pem"]);
  });

  it("shows fields of the pod", () => {
    const items = [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }];
    expect(filesOf({ downwardAPI: { items } })).toEqual(['labels 644 app="x"']);
  });

  it("projects several sources into one folder, the last one winning a path", () => {
    const files = filesOf({
      projected: {
        defaultMode: 0o440,
        sources: [
          { serviceAccountToken: { path: "token", audience: "api", expirationSeconds: 60 } },
          { configMap: { name: "config", items: [{ key: "a.txt", path: "x" }] } },
          { secret: { name: "secret", items: [{ key: "key", path: "x" }] } },
        ],
      },
    });
    expect(files).toEqual(["token 440 jwt", "x 440 pem"]);
  });

  it("leaves out what is optional and absent", () => {
    expect(filesOf({ configMap: { name: "gone", optional: true } })).toEqual([]);
    const items = [{ key: "gone", path: "x" }];
    expect(filesOf({ secret: { secretName: "secret", items, optional: true } })).toEqual([]);
  });

  it.each<[string, Omit<Volume, "name">]>([
    ['MountVolume.SetUp failed for volume "v" : configmap "gone" not found', { configMap: { name: "gone" } }],
    ['MountVolume.SetUp failed for volume "v" : secret "gone" not found', { secret: { secretName: "gone" } }],
    [
      'MountVolume.SetUp failed for volume "v" : references non-existent config key: gone',
      { configMap: { name: "config", items: [{ key: "gone", path: "x" }] } },
    ],
    [
      'MountVolume.SetUp failed for volume "v" : volume type "nfs" is not supported by this kubelet',
      { nfs: { server: "s", path: "/" } },
    ],
  ])("says %s", (message, volume) => {
    expect(() => volumesOf({ name: "v", ...volume })).toThrow(message);
  });
});

describe("withServiceAccountVolume()", () => {
  it("mounts the credentials into every container, once", () => {
    const pod = withServiceAccountVolume(aPod(), undefined);
    expect(pod.spec?.containers[0]?.volumeMounts).toEqual([
      {
        name: "kube-api-access",
        mountPath: "/var/run/secrets/kubernetes.io/serviceaccount",
        readOnly: true,
      },
    ]);
    expect(tokenProjections(pod)).toEqual([{ path: "token", expirationSeconds: 3607 }]);
    expect(withServiceAccountVolume(pod, undefined)).toBe(pod);
  });

  it("asks the pod before its account whether credentials are wanted", () => {
    const unwilling = aPod({ spec: { automountServiceAccountToken: false } });
    expect(withServiceAccountVolume(unwilling, true)).toBe(unwilling);
    const plain = aPod();
    expect(withServiceAccountVolume(plain, false)).toBe(plain);
    const willing = aPod({ spec: { automountServiceAccountToken: true } });
    expect(withServiceAccountVolume(willing, false)).not.toBe(willing);
  });
});
