import type { ListenAddress, V1Alpha2Style } from "@heliostat/apiserver";
import { type Command, Option } from "commander";
import type { TlsChoice } from "../apiserver/server-certificate.ts";
import { AUTH_MODES, type AuthMode } from "../identity/auth-mode.ts";
import type { OidcChoice } from "../identity/oidc-choice.ts";
import type { LogLevel } from "../system/logger.ts";
import { withOidcOptions } from "./oidc-options.ts";
import { listenAddress, logLevelOption } from "./options.ts";
import type { ProgramContext } from "./program-context.ts";

interface ApiServerFlags extends OidcChoice, TlsChoice {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly http: ListenAddress;
  readonly grpc: ListenAddress;
  readonly identity: AuthMode;
  readonly tokenFile?: string;
  readonly namespace?: string;
  readonly corsAllowOrigin?: string;
  readonly v1alpha2Json: V1Alpha2Style;
  readonly logLevel: LogLevel;
}

const STYLES: readonly V1Alpha2Style[] = ["document", "camel"];

/** Add `heliostat apiserver` to the command line. */
export function addApiServer(root: Command, context: ProgramContext): void {
  const command = root
    .command("apiserver")
    .description("gRPC and HTTP in front of Ray's kinds, on a cluster that is there already")
    .option(
      "--kubeconfig <file>",
      "how to reach it; without, KUBECONFIG, the pod's own account, ~/.kube/config",
    )
    .option("--context <name>", "a context of the kubeconfig, other than its current one")
    .addOption(addressOption("--http <host:port>", "where HTTP is served", 8888))
    .addOption(addressOption("--grpc <host:port>", "where gRPC is served", 8887))
    .option("--tls-cert <file>", "PEM of the certificate with which both are served; without, in clear")
    .option("--tls-key <file>", "PEM of its key")
    .addOption(
      new Option(
        "--auth, --identity <mode>",
        "who may call: everybody, on the loopback only; bearers of Kubernetes' tokens; of an issuer's",
      )
        .choices(AUTH_MODES)
        .default("token"),
    )
    .option("--token-file <file>", "YAML of tokens that are accepted, too")
    .option("--namespace <name>", "see this namespace only; without, all")
    .option("--cors-allow-origin <origin>", "the origin from which browsers may call, or *")
    .addOption(
      new Option(
        "--v1alpha2-json <style>",
        "v1alpha2 as its document prints it, or in camel case as its servers answered",
      )
        .choices(STYLES)
        .default("document"),
    )
    .addOption(logLevelOption("info"));
  withOidcOptions(command).action(async ({ corsAllowOrigin: corsOrigin, ...flags }: ApiServerFlags) => {
    const { apiserver } = await import("../commands/apiserver.ts");
    await apiserver({ ...flags, ...(corsOrigin !== undefined && { corsOrigin }) }, context);
  });
}

/** An address with KubeRay's port, on the loopback until somebody says otherwise. */
function addressOption(flags: string, description: string, port: number): Option {
  const address: ListenAddress = { host: "127.0.0.1", port };
  return new Option(flags, description).argParser(listenAddress).default(address, `${address.host}:${port}`);
}
