import { spawn } from "node:child_process";
import { KubeError } from "@heliostat/kube";
import type { Credential } from "./credential.ts";

/** A program that gets credentials, as a kubeconfig names it (`users[].user.exec`). */
export interface ExecPlugin {
  readonly apiVersion: string;
  /** A path, or a name to be looked for in `PATH`. */
  readonly command: string;
  readonly args: readonly string[];
  /** On top of `environment`. */
  readonly env: Readonly<Record<string, string>>;
  /** What the plugin is told of the cluster, where it wants to know. */
  readonly cluster?: object;
  /** What to do where the program is not found. */
  readonly installHint?: string;
}

/** What a plugin gave, and until when it is good. */
export interface PluginCredential extends Credential {
  readonly expiresAtMs?: number;
}

/** A plugin that waits for a person would wait for ever: we gave it no terminal. */
const TIME_LIMIT_MS = 60_000;

/**
 * Run a credential plugin once, without a terminal.
 *
 * @throws KubeError `Unavailable` when it fails, `Unauthorized` when what it prints is no credential
 */
export async function runExecPlugin(
  plugin: ExecPlugin,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<PluginCredential> {
  const spec = { interactive: false, ...(plugin.cluster && { cluster: plugin.cluster }) };
  const info = { apiVersion: plugin.apiVersion, kind: "ExecCredential", spec };
  const env = { ...environment, ...plugin.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
  return parsedCredential(await printedBy(plugin, env), plugin);
}

function printedBy(plugin: ExecPlugin, env: Record<string, string | undefined>): Promise<string> {
  const { command, args, installHint } = plugin;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: TIME_LIMIT_MS,
    });
    const text = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (chunk: string) => {
        text[stream] += chunk;
      });
    }
    child.on("error", (cause: NodeJS.ErrnoException) => {
      const hint = cause.code === "ENOENT" && installHint ? `. ${installHint.trim()}` : "";
      reject(failure(command, `${cause.message}${hint}`, cause));
    });
    child.on("close", (code, signal) => {
      if (code === 0) resolve(text.stdout);
      else {
        const ending = signal ? `it was ended by ${signal}` : `it ended with code ${code}`;
        reject(failure(command, `${ending}: ${text.stderr.trim().slice(-500)}`));
      }
    });
  });
}

function failure(command: string, why: string, cause?: unknown): KubeError {
  return new KubeError("Unavailable", `Cannot get credentials by "${command}": ${why}`, { cause });
}

interface ExecCredential {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly status?: {
    readonly token?: string;
    readonly clientCertificateData?: string;
    readonly clientKeyData?: string;
    readonly expirationTimestamp?: string;
  };
}

function parsedCredential(text: string, { apiVersion, command }: ExecPlugin): PluginCredential {
  const credential = parsedJson(text, command);
  if (credential?.kind !== "ExecCredential" || credential.apiVersion !== apiVersion) {
    throw unusable(command, `want an ExecCredential of ${apiVersion}, got ${describe(credential)}`);
  }
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = credential.status ?? {};
  if ((clientCertificateData === undefined) !== (clientKeyData === undefined)) {
    throw unusable(command, "want clientCertificateData and clientKeyData together");
  }
  if (!token && !clientCertificateData) throw unusable(command, "neither a token nor a certificate is in it");
  const expiresAtMs = expirationTimestamp === undefined ? undefined : Date.parse(expirationTimestamp);
  if (Number.isNaN(expiresAtMs)) throw unusable(command, `"${expirationTimestamp}" is no time`);
  return {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(clientCertificateData &&
      clientKeyData && { certificate: { certificatePem: clientCertificateData, keyPem: clientKeyData } }),
    ...(expiresAtMs !== undefined && { expiresAtMs }),
  };
}

/** Without a word of what it printed: that may be a secret. */
function parsedJson(text: string, command: string): ExecCredential | null {
  try {
    return JSON.parse(text) as ExecCredential | null;
  } catch (cause) {
    throw unusable(command, "what it printed is not JSON", cause);
  }
}

function describe(credential: ExecCredential | null): string {
  return `${String(credential?.kind)} of ${String(credential?.apiVersion)}`;
}

function unusable(command: string, why: string, cause?: unknown): KubeError {
  return new KubeError("Unauthorized", `Cannot use the credentials of "${command}": ${why}`, { cause });
}
