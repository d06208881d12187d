import {
  isKubeError,
  isTerminating,
  type Json,
  type KubeObject,
  type Logger,
  type Secret,
} from "@heliostat/kube";
import type { TokenIssuer } from "../api/api-ground.ts";
import type { Caller, KubeApi } from "../api/kube-api.ts";
import type { ResourceRegistry } from "../registry/registry.ts";
import type { ServedResource } from "../registry/served-resource.ts";
import type { ObjectStore } from "../store/object-store.ts";

export interface SecretTokensOptions {
  readonly store: ObjectStore;
  readonly registry: ResourceRegistry;
  readonly api: KubeApi;
  readonly tokens: TokenIssuer;
  /** By which the bearer knows the server: PEM. @default the Secret does not say */
  readonly caCertificate?: string | undefined;
  readonly logger: Logger;
}

export const TOKEN_SECRET_TYPE = "kubernetes.io/service-account-token";
export const ACCOUNT_ANNOTATION = "kubernetes.io/service-account.name";
const ACCOUNT_UID_ANNOTATION = "kubernetes.io/service-account.uid";

const CALLER: Caller = {
  user: { name: "system:serviceaccount:kube-system:tokens-controller", groups: ["system:masters"] },
  fieldManager: "kube-controller-manager",
};

/** Kubernetes' own never end. Ours are as good as that: the secret or the account may be deleted before. */
const LIFETIME_SECONDS = 10 * 365 * 24 * 60 * 60;

/**
 * Fills in the token of each Secret of type `kubernetes.io/service-account-token` that names an account which is
 * there. The token is worth nothing once the Secret or the account is gone.
 */
export class SecretTokens {
  readonly #options: SecretTokensOptions;
  readonly #resource: ServedResource;
  readonly #filling = new Set<string>();
  #unsubscribe: (() => void) | undefined;

  constructor(options: SecretTokensOptions) {
    const resource = options.registry.find("", "v1", "secrets");
    if (!resource) throw new Error("Cannot fill tokens in: Secrets are not among the built-in kinds");
    this.#options = options;
    this.#resource = resource;
  }

  start(): void {
    const secrets = this.#options.store.collection(this.#resource.storageKey);
    for (const { key } of secrets.range("")) this.#consider(key);
    this.#unsubscribe = secrets.subscribe(({ key }) => this.#consider(key));
  }

  stop(): void {
    this.#unsubscribe?.();
  }

  #consider(key: string): void {
    if (this.#filling.has(key) || !this.#emptySecret(key)) return;
    this.#filling.add(key);
    void this.#fill(key).finally(() => this.#filling.delete(key));
  }

  async #fill(key: string): Promise<void> {
    // Whoever changes the secret meanwhile goes first.
    for (let secret = this.#emptySecret(key); secret; secret = this.#emptySecret(key)) {
      try {
        await this.#write(secret, this.#accountOf(secret));
        return;
      } catch (error) {
        if (isKubeError(error, "Conflict")) continue;
        if (!isKubeError(error, "NotFound"))
          this.#options.logger.error("Cannot fill in the token of a Secret", { key, error });
        return;
      }
    }
  }

  async #write(secret: Secret, serviceAccount: KubeObject | undefined): Promise<void> {
    if (!serviceAccount) return;
    const { tokens, caCertificate } = this.#options;
    const { name, namespace = "", uid = "" } = secret.metadata;
    const { token } = await tokens.issue({
      serviceAccount,
      audiences: [],
      expirationSeconds: LIFETIME_SECONDS,
      boundTo: { kind: "Secret", name, uid },
    });
    const annotations = {
      ...secret.metadata.annotations,
      [ACCOUNT_UID_ANNOTATION]: serviceAccount.metadata.uid ?? "",
    };
    const data = {
      ...secret.data,
      ...(caCertificate !== undefined && { "ca.crt": base64(caCertificate) }),
      namespace: base64(namespace),
      token: base64(token),
    };
    const filled = { ...secret, metadata: { ...secret.metadata, annotations }, data };
    await this.#options.api.update(
      { resource: this.#resource, namespace, name },
      filled as unknown as Json,
      CALLER,
    );
  }

  /** The secret under this key, if it waits for a token. */
  #emptySecret(key: string): Secret | undefined {
    const address = { storageKey: this.#resource.storageKey, key };
    const secret = this.#options.store.get(address)?.object as Secret | undefined;
    if (secret?.type !== TOKEN_SECRET_TYPE || secret.data?.["token"] !== undefined) return undefined;
    return isTerminating(secret) || !this.#accountOf(secret) ? undefined : secret;
  }

  /** Nobody gets the token of an account that has only the name of the one that was meant. */
  #accountOf({ metadata }: Secret): KubeObject | undefined {
    const { [ACCOUNT_ANNOTATION]: name = "", [ACCOUNT_UID_ANNOTATION]: uid } = metadata.annotations ?? {};
    const key = `${metadata.namespace}/${name}`;
    const account = this.#options.store.get({ storageKey: "/serviceaccounts", key })?.object;
    return uid === undefined || uid === account?.metadata.uid ? account : undefined;
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
