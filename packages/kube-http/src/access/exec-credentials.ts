import type { Clock } from "@heliostat/kube";
import { type Credential, type CredentialSource, isSameCredential } from "./credential.ts";
import { type ExecPlugin, type PluginCredential, runExecPlugin } from "./exec-plugin.ts";

export interface ExecCredentialsOptions {
  readonly clock: Clock;
  /** The environment in which plugins run. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The credentials of a plugin: kept until they expire or the server refuses them; it never runs twice at a time. */
export class ExecCredentials implements CredentialSource {
  readonly #plugin: ExecPlugin;
  readonly #options: ExecCredentialsOptions;
  #last: PluginCredential | undefined;
  #run: Promise<PluginCredential> | undefined;

  constructor(plugin: ExecPlugin, options: ExecCredentialsOptions) {
    this.#plugin = plugin;
    this.#options = options;
  }

  async current(): Promise<Credential> {
    return this.#last && !this.#isExpired(this.#last) ? this.#last : this.#fresh();
  }

  async renewed(refused: Credential): Promise<Credential> {
    const isRenewedAlready = this.#last && !isSameCredential(this.#last, refused);
    return this.#last && isRenewedAlready ? this.#last : this.#fresh();
  }

  #isExpired({ expiresAtMs = Number.POSITIVE_INFINITY }: PluginCredential): boolean {
    return expiresAtMs <= this.#options.clock.now();
  }

  #fresh(): Promise<PluginCredential> {
    this.#run ??= this.#runOnce().finally(() => {
      this.#run = undefined;
    });
    return this.#run;
  }

  async #runOnce(): Promise<PluginCredential> {
    this.#last = await runExecPlugin(this.#plugin, this.#options.environment);
    return this.#last;
  }
}
