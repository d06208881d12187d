import { createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { join } from "node:path";
import type { Clock } from "@heliostat/kube";
import {
  type CertificateSubject,
  type CertifiedKey,
  certificateAuthority,
  issuedCertificate,
  type Validity,
} from "./certificate.ts";
import { makePrivateFolder, readFileIfPresent, writePrivateFile } from "./private-file.ts";

/** Everything by which the server and its callers know each other. */
export interface Credentials {
  readonly caCertificatePem: string;
  readonly server: CertifiedKey;
  readonly admin: CertifiedKey;
  /** A bearer token with the rights of the admin certificate, for clients that know no certificates. */
  readonly adminToken: string;
  /** Signs the tokens of service accounts. */
  readonly tokenKeyPem: string;
}

export const ADMIN_USER = "heliostat-admin";

/** Kubernetes convention: members of this group may do everything. */
export const ADMIN_GROUP = "system:masters";

/**
 * The credentials of an earlier start, or new ones: files in `folder` that only the owner may read.
 * What is missing, about to expire or not signed by the authority beside it is made anew.
 *
 * @throws Error when a file is there and cannot be read as what it should be
 */
export function loadCredentials(folder: string, hosts: readonly string[], clock: Clock): Credentials {
  makePrivateFolder(folder);
  const files = new CredentialFiles(folder, clock);
  const authority = files.certifiedKey("ca", {}, () =>
    certificateAuthority(CA, files.validity(10 * YEAR_MS)),
  );
  const issuer = { subject: CA, keyPem: authority.keyPem };
  const issue = (subject: CertificateSubject, usage: "server" | "client") =>
    issuedCertificate({ subject, usage }, issuer, files.validity(YEAR_MS));
  const signedBy = new X509Certificate(authority.certificatePem);
  return {
    caCertificatePem: authority.certificatePem,
    server: files.certifiedKey("server", { signedBy, hosts }, () =>
      issue({ commonName: "heliostat", hosts }, "server"),
    ),
    admin: files.certifiedKey("admin", { signedBy }, () =>
      issue({ commonName: ADMIN_USER, organization: ADMIN_GROUP }, "client"),
    ),
    adminToken: files.text("admin.token", () => randomBytes(32).toString("base64url")),
    tokenKeyPem: files.text("service-accounts.key", newTokenKeyPem),
  };
}

const CA: CertificateSubject = { commonName: "heliostat-ca" };
const DAY_MS = 24 * 60 * 60 * 1000;
const YEAR_MS = 365 * DAY_MS;
const RENEW_BEFORE_MS = 30 * DAY_MS;

/** Clocks of callers may be somewhat behind ours. */
const BACKDATE_MS = 60 * 60 * 1000;

interface Demands {
  readonly signedBy?: X509Certificate;
  readonly hosts?: readonly string[];
}

class CredentialFiles {
  readonly #folder: string;
  readonly #nowMs: number;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#nowMs = clock.now();
  }

  validity(lifetimeMs: number): Validity {
    return { notBeforeMs: this.#nowMs - BACKDATE_MS, notAfterMs: this.#nowMs + lifetimeMs };
  }

  certifiedKey(name: string, demands: Demands, make: () => CertifiedKey): CertifiedKey {
    const stored = this.#stored(name);
    if (stored && this.#isUsable(stored, demands)) return stored;
    const made = make();
    writePrivateFile(this.#path(`${name}.key`), made.keyPem);
    writePrivateFile(this.#path(`${name}.crt`), made.certificatePem);
    return made;
  }

  text(name: string, make: () => string): string {
    const stored = readFileIfPresent(this.#path(name));
    if (stored) return stored;
    const made = make();
    writePrivateFile(this.#path(name), made);
    return made;
  }

  #stored(name: string): CertifiedKey | undefined {
    const keyPem = readFileIfPresent(this.#path(`${name}.key`));
    const certificatePem = readFileIfPresent(this.#path(`${name}.crt`));
    return keyPem && certificatePem ? { keyPem, certificatePem } : undefined;
  }

  #isUsable(stored: CertifiedKey, { signedBy, hosts = [] }: Demands): boolean {
    try {
      const certificate = new X509Certificate(stored.certificatePem);
      const lastsUntilMs = Date.parse(certificate.validTo);
      return (
        certificate.checkPrivateKey(createPrivateKey(stored.keyPem)) &&
        lastsUntilMs > this.#nowMs + RENEW_BEFORE_MS &&
        (signedBy === undefined || certificate.verify(signedBy.publicKey)) &&
        hosts.every((host) => (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)))
      );
    } catch (cause) {
      throw new Error(
        `Cannot read the certificates in "${this.#folder}": remove the folder to have new ones made`,
        { cause },
      );
    }
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}

function newTokenKeyPem(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
