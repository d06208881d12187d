import { PORT } from "../vocabulary/ports.ts";
import type { RayCluster } from "./types.ts";

/** The port, as text, on which the head's control store listens: its `port` parameter, else 6379. */
export function gcsPort({ spec }: RayCluster): string {
  return spec.headGroupSpec.rayStartParams?.["port"] ?? String(PORT.gcsServer);
}
