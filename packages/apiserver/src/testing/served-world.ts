import { type NodePort, SILENT } from "@heliostat/kube";
import { SeededRandom } from "@heliostat/kube/testing";
import { type ApiServer, type ApiServerOptions, apiServer } from "../api-server.ts";
import { streamsOf } from "../handlers-of.ts";
import { templateExpansion } from "../methods/template-expansion.ts";
import { type ApiWorld, apiWorld, NO_NODE, type WorldOptions } from "./api-world.ts";
import { identityThat, REAL_CLOCK, TOKEN } from "./served-handlers.ts";

/** The real handlers on an embedded Kubernetes, behind both transports. */
export interface ServedWorld {
  readonly world: ApiWorld;
  readonly server: ApiServer;
  /** One request as the caller of the tests. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  stop(): Promise<void>;
}

export async function servedWorld(
  options: Partial<ApiServerOptions> = {},
  { nodePort = NO_NODE, ...worldOptions }: WorldOptions & { readonly nodePort?: NodePort } = {},
): Promise<ServedWorld> {
  const world = await apiWorld(worldOptions);
  const identity = identityThat();
  const { client, caches, handlers } = world;
  const server = await apiServer({
    handlers,
    streams: streamsOf(world.ports),
    authenticator: identity,
    authorizer: identity,
    clock: REAL_CLOCK,
    random: new SeededRandom(),
    logger: SILENT,
    http: { host: "127.0.0.1", port: 0 },
    grpc: { host: "127.0.0.1", port: 0 },
    kubeApi: { wire: world.wire, reader: client, expansion: templateExpansion({ client, caches }), nodePort },
    ...options,
  });
  return {
    world,
    server,
    fetch: (path, init = {}) =>
      fetch(`${server.httpUrl}${path}`, {
        redirect: "manual",
        ...init,
        headers: { authorization: `Bearer ${TOKEN}`, ...(init.headers as Record<string, string>) },
      }),
    async stop() {
      await server.stop();
      await world.stop();
    },
  };
}
