import type { ClusterChoice } from "../cluster/cluster-access.ts";
import { emptyCluster, type OpenCluster, openCluster } from "../cluster/open-cluster.ts";
import type { Config } from "../config.ts";
import { type ManifestObject, readManifests } from "../manifests/read-manifests.ts";
import { planClusters } from "../plan/plan-clusters.ts";
import { planJson } from "../plan/plan-json.ts";
import { planText } from "../plan/plan-text.ts";
import type { OperatorConfiguration } from "../settings/configuration-file.ts";
import { type OperatorSettingFlags, operatorSettings } from "../settings/operator-settings.ts";
import { usesRoutes } from "../settings/uses-routes.ts";
import { systemClock, systemRandom } from "../system/clock.ts";

export interface PlanCommandOptions extends ClusterChoice, OperatorSettingFlags {
  /** What a file says besides of how the operator is set up. */
  readonly configuration?: OperatorConfiguration;
  readonly files: readonly string[];
  /** For objects that name none. @default what the kubeconfig's context says */
  readonly namespace?: string;
  /** Compare with nothing, even where there is a cluster. */
  readonly isEmpty: boolean;
  readonly isJson: boolean;
}

/** Print what the operator would do about the RayClusters of some manifests; nothing is written. @throws UserError */
export async function plan(
  options: PlanCommandOptions,
  { config, signal }: { readonly config: Config; readonly signal: AbortSignal },
): Promise<string> {
  const { environment } = config;
  const given = operatorSettings(options, {
    environment,
    ...(options.configuration && { configuration: options.configuration }),
  });
  const manifests = await readManifests(options.files);
  const cluster = await comparedCluster(manifests, options, config);
  try {
    const hasRoutes = cluster.wire && (await usesRoutes(cluster.wire, { environment, signal }));
    const settings = { ...given, ...(hasRoutes && { usesRoutes: true }) };
    const namespace = options.namespace ?? cluster.namespace;
    const report = await planClusters(
      manifests.map((each) => inNamespace(each, namespace)),
      {
        client: cluster.client,
        comparedWith: cluster.name,
        clock: systemClock,
        random: systemRandom,
        settings,
        signal,
      },
    );
    return options.isJson ? planJson(report) : planText(report);
  } finally {
    await cluster.close();
  }
}

async function comparedCluster(
  manifests: readonly ManifestObject[],
  options: PlanCommandOptions,
  config: Config,
): Promise<OpenCluster> {
  if (!options.isEmpty) return openCluster(options, config, NO_CLUSTER);
  const named = manifests.flatMap(({ object }) => object.metadata.namespace ?? options.namespace ?? []);
  return emptyCluster(named);
}

const NO_CLUSTER = "Name a kubeconfig with --kubeconfig, or compare with nothing with --empty";

function inNamespace({ object, place }: ManifestObject, namespace: string): ManifestObject {
  return { place, object: { ...object, metadata: { namespace, ...object.metadata } } };
}
