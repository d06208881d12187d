import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  /** As an issuer publishes it. */
  readonly published: JWK;
}

/** @param alg as JOSE has it: `RS256`, `ES256`, `EdDSA` */
export async function signingKey(kid: string, alg = "ES256"): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  return { kid, alg, privateKey, published: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

export interface TestIssuerOptions {
  /** What its tokens take for now. */
  readonly now: () => number;
  /** Serve HTTPS with this. @default HTTP */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface TokenTraits {
  /** @default the first that the issuer publishes */
  readonly key?: SigningKey;
  readonly claims?: JWTPayload;
  readonly lifetimeSeconds?: number;
}

/** Whom tokens of a {@link TestIssuer} are for. */
const AUDIENCE = "heliostat";

/** An OpenID Connect issuer on the loopback: its discovery document, its keys, and tokens. */
export class TestIssuer {
  readonly audience = AUDIENCE;
  /** Its public keys: take one away, and its tokens are worth nothing. */
  keys: readonly SigningKey[];
  /** The paths that were asked for. */
  readonly asked: string[] = [];
  /** What the discovery document says instead of the truth. */
  lies: Readonly<Record<string, unknown>> = {};
  readonly #options: TestIssuerOptions;
  #server: Server;
  #port = 0;

  private constructor(options: TestIssuerOptions, key: SigningKey) {
    this.#options = options;
    this.keys = [key];
    this.#server = this.#newServer();
  }

  static async start(options: TestIssuerOptions, key?: SigningKey): Promise<TestIssuer> {
    const issuer = new TestIssuer(options, key ?? (await signingKey("first")));
    await issuer.up();
    return issuer;
  }

  /** As its tokens name it. */
  get url(): string {
    return `${this.#options.tls ? "https" : "http"}://127.0.0.1:${this.#port}`;
  }

  /** Answer again, at the same address. */
  async up(): Promise<void> {
    this.#server = this.#newServer();
    await once(this.#server.listen(this.#port, "127.0.0.1"), "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Refuse connections, and drop those that are open. */
  async down(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** A token of `u1`, for {@link audience}, signed. */
  async token({ claims = {}, lifetimeSeconds = 300, key = this.keys[0] }: TokenTraits = {}): Promise<string> {
    if (key === undefined) throw new Error("Cannot sign: the issuer has no key");
    const nowSeconds = Math.floor(this.#options.now() / 1000);
    const standard = { iss: this.url, aud: AUDIENCE, sub: "u1", exp: nowSeconds + lifetimeSeconds };
    return new SignJWT({ ...standard, ...claims })
      .setProtectedHeader({ alg: key.alg, kid: key.kid })
      .sign(key.privateKey);
  }

  #newServer(): Server {
    const { tls } = this.#options;
    const answer: RequestListener = ({ url = "" }, response) => {
      this.asked.push(url);
      const found = this.#documents()[url];
      response.writeHead(found ? 200 : 404, { "content-type": "application/json" });
      response.end(JSON.stringify(found ?? {}));
    };
    return tls ? createSecureServer(tls, answer) : createServer(answer);
  }

  #documents(): Readonly<Record<string, unknown>> {
    return {
      "/.well-known/openid-configuration": { issuer: this.url, jwks_uri: `${this.url}/keys`, ...this.lies },
      "/keys": { keys: this.keys.map(({ published }) => published) },
    };
  }
}
