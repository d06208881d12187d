import type { EnvVar } from "@heliostat/kube";
import { COLLECTOR_VARIABLES } from "../pods/history-collector.ts";
import type { RayClusterSpec } from "../raycluster/types.ts";
import { CONTAINER } from "../vocabulary/container-names.ts";
import { ENV } from "../vocabulary/env-vars.ts";
import { type ClusterSubject, placedGroups, problemsAmong } from "./rule.ts";
import type { SpecProblem } from "./spec-error.ts";

const OPTIONS = "spec.historyServerOptions";
const COLLECTOR = `${OPTIONS}.collectorOptions`;

/** Keeping history needs an image, a place to keep it, and a container name that is free. */
export function historyRules({ spec }: ClusterSubject): readonly SpecProblem[] {
  const { historyServerOptions: options } = spec;
  if (!options) return [];
  const { collectorOptions: collector } = options;
  if (!collector) {
    return problemsAmong([[true, COLLECTOR, `must be set; without a collector "${OPTIONS}" does nothing`]]);
  }
  return [
    ...problemsAmong([
      [!collector.image, `${COLLECTOR}.image`, "must be set to the collector's image; there is no default"],
    ]),
    ...variables(collector.env ?? []),
    ...containerNames(spec),
  ];
}

/** What each place needs to be told. Places that are not listed tell it themselves. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  GCS: ["GCS_BUCKET"],
  S3: ["S3_REGION"],
  ALIYUNOSS: ["OSS_BUCKET", "OSS_ENDPOINT", "OSS_REGION"],
};

const OURS: readonly string[] = [
  ...Object.values(COLLECTOR_VARIABLES),
  ENV.headFqdn,
  ENV.clusterName,
  ENV.clusterNamespace,
];

function variables(env: readonly EnvVar[]): readonly SpecProblem[] {
  const backend = env.find(({ name }) => name === "STORAGE_BACKEND")?.value ?? "";
  const names = env.map(({ name }) => name);
  const taken = names.filter((name) => OURS.includes(name));
  const missing = neededBy(backend.toUpperCase(), env).filter((name) => !names.includes(name));
  return [
    ...taken.map((name) => ({
      field: `${COLLECTOR}.env`,
      message: `must not set "${name}", which the operator sets; remove it`,
    })),
    ...problemsAmong([
      [backend === "", `${COLLECTOR}.env`, 'must set "STORAGE_BACKEND" to a value, such as "S3" or "GCS"'],
    ]),
    ...missing.map((name) => ({
      field: `${COLLECTOR}.env`,
      message: `must set "${name}", which the storage backend "${backend}" needs`,
    })),
  ];
}

function neededBy(backend: string, env: readonly EnvVar[]): readonly string[] {
  if (backend !== "AZUREBLOB") return NEEDED[backend] ?? [];
  const mode = env.find(({ name }) => name === "AZURE_STORAGE_AUTH_MODE")?.value ?? "connection_string";
  return mode.toLowerCase() === "connection_string"
    ? ["AZURE_STORAGE_CONNECTION_STRING"]
    : ["AZURE_STORAGE_ACCOUNT_URL"];
}

function containerNames(spec: RayClusterSpec): readonly SpecProblem[] {
  return placedGroups(spec).flatMap(({ group, at }) =>
    problemsAmong([
      [
        group.template.spec?.containers.some(({ name }) => name === CONTAINER.historyCollector) ?? false,
        `${at}.template.spec.containers`,
        `must not hold a container "${CONTAINER.historyCollector}", which the operator adds; rename it`,
      ],
    ]),
  );
}
