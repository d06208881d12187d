import { join } from "node:path";
import type { ApiServer } from "@heliostat/apiserver";
import {
  cachedAuthenticator,
  cachedAuthorizer,
  kubernetesIdentity,
  laptopTokenFile,
  readTokenFile,
} from "@heliostat/identity";
import { adminsMay, firstOf } from "../identity/api-identity.ts";
import type { Laptop } from "../laptop/laptop.ts";
import { noteAddress } from "../laptop/laptop-addresses.ts";
import { TOKEN_FILE } from "../laptop/laptop-token.ts";
import { dashboardsThroughPods } from "./dashboard-ways.ts";
import { type ApiIdentity, servedApi } from "./served-api.ts";

/** The API server beside a laptop's Kubernetes, and the file in which its administrator's token lies. */
export interface LaptopApi {
  readonly server: ApiServer;
  readonly tokenFile: string;
}

const HOST = "127.0.0.1";
/** KubeRay's ports, where nothing else has them. */
const PORTS = { http: 8888, grpc: 8887 };

/** Serve the API on the loopback, for bearers of the laptop's token and of the tokens of its Kubernetes. */
export async function serveLaptopApi(laptop: Laptop): Promise<LaptopApi> {
  const tokenFile = join(laptop.folder, TOKEN_FILE);
  await laptopTokenFile(tokenFile);
  const identity = await laptopIdentity(laptop, tokenFile);
  const dashboardOf = dashboardsThroughPods(laptop);
  const serve = (ports: typeof PORTS): Promise<ApiServer> => {
    const { client, nodePort, wire, clock, random, logger } = laptop;
    const http = { host: HOST, port: ports.http };
    const grpc = { host: HOST, port: ports.grpc };
    return servedApi({ client, nodePort, wire, dashboardOf, identity, clock, random, logger, http, grpc });
  };
  // A second laptop, or a KubeRay of the user's own, may have the usual ports.
  const server = await serve(PORTS).catch(() => serve({ http: 0, grpc: 0 }));
  await noteAddress(laptop, "api", server.httpUrl);
  return { server, tokenFile };
}

async function laptopIdentity({ client, clock }: Laptop, tokenFile: string): Promise<ApiIdentity> {
  const kubernetes = kubernetesIdentity({ client });
  const tokens = firstOf(await readTokenFile(tokenFile), kubernetes);
  return {
    authenticator: cachedAuthenticator(tokens, { clock }),
    authorizer: adminsMay(cachedAuthorizer(kubernetes, { clock })),
    namesCallers: true,
  };
}
