import type { TextSource } from "./text-source.ts";

/** By what the server knows us, at one moment. */
export interface Credential {
  /** The `Authorization` header. */
  readonly authorization?: string;
  readonly certificate?: ClientCertificate;
}

/** A certificate and its private key, both in PEM. */
export interface ClientCertificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** Where credentials come from. */
export interface CredentialSource {
  current(): Promise<Credential>;
  /** The server has refused `refused`: what to show it instead; the same again when there is nothing else. */
  renewed(refused: Credential): Promise<Credential>;
}

export function isSameCredential(one: Credential, other: Credential): boolean {
  return (
    one.authorization === other.authorization &&
    one.certificate?.certificatePem === other.certificate?.certificatePem &&
    one.certificate?.keyPem === other.certificate?.keyPem
  );
}

/** What a user may have beside credential plugins. Everything is optional: a server may let anybody in. */
export interface UserSecrets {
  readonly token?: TextSource;
  readonly basic?: { readonly username: string; readonly password: string };
  readonly certificate?: { readonly certificate: TextSource; readonly key: TextSource };
}

/** Credentials that lie somewhere to be read. */
export function secretCredentials(secrets: UserSecrets): CredentialSource {
  return {
    current: () => credentialOf(secrets, (source) => source.text()),
    renewed: () => credentialOf(secrets, (source) => source.reread()),
  };
}

async function credentialOf(
  { token, basic, certificate }: UserSecrets,
  read: (source: TextSource) => Promise<string>,
): Promise<Credential> {
  return {
    ...(token && { authorization: `Bearer ${(await read(token)).trim()}` }),
    ...(basic && { authorization: `Basic ${base64(`${basic.username}:${basic.password}`)}` }),
    ...(certificate && {
      certificate: {
        certificatePem: await read(certificate.certificate),
        keyPem: await read(certificate.key),
      },
    }),
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
