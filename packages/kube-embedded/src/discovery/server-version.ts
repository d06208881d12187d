import type { Json } from "@heliostat/kube";

/**
 * The answer to `/version`: the Kubernetes minor whose behaviour we follow. Clients choose features by it; KubeRay, for
 * one, counts on more than we have from 1.35 on.
 */
export const SERVER_VERSION: Json = {
  major: "1",
  minor: "33",
  gitVersion: "v1.33.0+heliostat",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: "heliostat",
};
