import type { ProgramContext } from "../command-line/program-context.ts";
import { printJson, printLines } from "../output/print.ts";
import { textTable } from "../output/text-table.ts";
import { CLUSTER_HEADING, clusterRow } from "./cluster-rows.ts";
import { withScaler } from "./connect-scaler.ts";

export interface ListClustersOptions {
  readonly kind: string;
  readonly server?: string;
  readonly json: boolean;
}

/** Print the clusters of a kind that the caller may see. @throws UserError */
export async function listClusters(
  { kind, json, ...place }: ListClustersOptions,
  { config, signal }: ProgramContext,
): Promise<void> {
  const clusters = await withScaler(place, config, (scaler) => scaler.listClusters({ kind, signal }));
  if (json) printJson(clusters);
  else if (clusters.length === 0) printLines([`No ${kind} that you may see.`]);
  else printLines(textTable(CLUSTER_HEADING, clusters.map(clusterRow)));
}
