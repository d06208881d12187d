import { join } from "node:path";
import type { Clock } from "@heliostat/kube";
import type { TokenReader } from "../../access/bearer-tokens.ts";
import { API_HOSTS } from "../http/host-guard.ts";
import { KnownTokens } from "../identity/known-tokens.ts";
import { ServiceAccountTokens } from "../identity/service-account-tokens.ts";
import { type Credentials, loadCredentials } from "./credentials.ts";
import { kubeconfigText } from "./kubeconfig.ts";
import { makePrivateFolder, writePrivateFile } from "./private-file.ts";

/** By what the server is known and knows its callers. It outlives the process, so that a kubeconfig stays good. */
export interface ServerIdentity {
  readonly dataDirectory: string;
  readonly credentials: Credentials;
  /** Signs and reads the tokens of service accounts. */
  readonly tokens: ServiceAccountTokens;
  /** Reads these and the administrator's token. */
  readonly tokenReader: TokenReader;
}

/**
 * The identity that lies in `dataDirectory`, made there at the first start. Only the owner may read what is written.
 *
 * @throws Error when the directory cannot be written, or something in it is not what it should be
 */
export function loadServerIdentity(dataDirectory: string, clock: Clock): ServerIdentity {
  makePrivateFolder(dataDirectory);
  const credentials = loadCredentials(join(dataDirectory, "pki"), API_HOSTS, clock);
  const tokens = new ServiceAccountTokens(credentials.tokenKeyPem, clock);
  return { dataDirectory, credentials, tokens, tokenReader: new KnownTokens(credentials.adminToken, tokens) };
}

/** Write the administrator's kubeconfig and say where it lies. */
export function writeKubeconfig({ dataDirectory, credentials }: ServerIdentity, url: string): string {
  const path = join(dataDirectory, "kubeconfig");
  const { caCertificatePem, admin } = credentials;
  writePrivateFile(path, kubeconfigText({ server: url, caCertificatePem, client: admin }));
  return path;
}
