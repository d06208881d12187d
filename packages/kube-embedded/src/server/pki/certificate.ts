import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIPv4 } from "node:net";
import { DER } from "./der.ts";

/** A certificate and its private key, both in PEM. */
export interface CertifiedKey {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface CertificateSubject {
  /** For a client: its user name. */
  readonly commonName: string;
  /** For a client: its group. */
  readonly organization?: string;
  /** IPv4 addresses and DNS names under which a server is reached. */
  readonly hosts?: readonly string[];
}

export interface Validity {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** A new key (ECDSA P-256) with a self-signed certificate that may sign others. */
export function certificateAuthority(subject: CertificateSubject, validity: Validity): CertifiedKey {
  const keyPem = newKeyPem();
  const extensions = [
    extension(OID.basicConstraints, DER.sequence(DER.boolean(true)), { isCritical: true }),
    extension(OID.keyUsage, KEY_USAGE.signCertificates, { isCritical: true }),
    extension(OID.subjectKeyId, DER.octets(keyId(publicKeyInfo(keyPem)))),
  ];
  return { keyPem, certificatePem: signed({ subject, validity, keyPem, extensions }, { subject, keyPem }) };
}

/** A new key with a certificate by `authority`, good for one side of TLS. */
export function issuedCertificate(
  request: { readonly subject: CertificateSubject; readonly usage: "server" | "client" },
  authority: { readonly subject: CertificateSubject; readonly keyPem: string },
  validity: Validity,
): CertifiedKey {
  const keyPem = newKeyPem();
  const { subject, usage } = request;
  const extensions = [
    extension(OID.basicConstraints, DER.sequence(), { isCritical: true }),
    extension(OID.keyUsage, KEY_USAGE.signData, { isCritical: true }),
    extension(OID.extendedKeyUsage, DER.sequence(DER.objectId(OID[usage]))),
    extension(OID.authorityKeyId, DER.sequence(DER.implicit(0, keyId(publicKeyInfo(authority.keyPem))))),
    ...(subject.hosts ? [extension(OID.alternativeNames, alternativeNames(subject.hosts))] : []),
  ];
  return { keyPem, certificatePem: signed({ subject, validity, keyPem, extensions }, authority) };
}

const OID = {
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  subjectKeyId: "2.5.29.14",
  keyUsage: "2.5.29.15",
  alternativeNames: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyId: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  server: "1.3.6.1.5.5.7.3.1",
  client: "1.3.6.1.5.5.7.3.2",
} as const;

/** Bits of RFC 5280's KeyUsage: 0 digitalSignature, 5 keyCertSign. */
const KEY_USAGE = {
  signData: DER.bits(Buffer.of(0b1000_0000), 7),
  signCertificates: DER.bits(Buffer.of(0b0000_0100), 2),
} as const;

interface Unsigned {
  readonly subject: CertificateSubject;
  readonly validity: Validity;
  readonly keyPem: string;
  readonly extensions: readonly Buffer[];
}

function signed(
  certificate: Unsigned,
  issuer: { readonly subject: CertificateSubject; readonly keyPem: string },
): string {
  const algorithm = DER.sequence(DER.objectId(OID.ecdsaWithSha256));
  const version3 = DER.explicit(0, DER.integer(Buffer.of(2)));
  const content = DER.sequence(
    version3,
    DER.integer(serialNumber()),
    algorithm,
    distinguishedName(issuer.subject),
    DER.sequence(DER.time(certificate.validity.notBeforeMs), DER.time(certificate.validity.notAfterMs)),
    distinguishedName(certificate.subject),
    publicKeyInfo(certificate.keyPem),
    DER.explicit(3, DER.sequence(...certificate.extensions)),
  );
  const signature = sign("sha256", content, issuer.keyPem);
  return pem(DER.sequence(content, algorithm, DER.bits(signature)));
}

function newKeyPem(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** Positive, and without a leading zero that a strict reader would refuse. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

function distinguishedName({ commonName, organization }: CertificateSubject): Buffer {
  const attribute = (type: string, value: string) =>
    DER.set(DER.sequence(DER.objectId(type), DER.text(value)));
  const organizations = organization === undefined ? [] : [attribute(OID.organization, organization)];
  return DER.sequence(...organizations, attribute(OID.commonName, commonName));
}

function publicKeyInfo(keyPem: string): Buffer {
  return createPublicKey(keyPem).export({ type: "spki", format: "der" });
}

function keyId(publicKeyInfoBytes: Buffer): Buffer {
  return createHash("sha1").update(publicKeyInfoBytes).digest();
}

function alternativeNames(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) =>
    isIPv4(host)
      ? DER.implicit(7, Buffer.from(host.split(".").map(Number)))
      : DER.implicit(2, Buffer.from(host)),
  );
  return DER.sequence(...names);
}

function extension(id: string, value: Buffer, { isCritical = false } = {}): Buffer {
  return DER.sequence(DER.objectId(id), ...(isCritical ? [DER.boolean(true)] : []), DER.octets(value));
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
