import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import type { CertificateSource, ServerCertificate } from "@heliostat/apiserver";
import { type Following, followedFiles } from "../system/followed-files.ts";
import { UserError } from "../user-error.ts";

/** What the flags of the command say. */
export interface TlsChoice {
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

/**
 * The certificate to serve with, and each that replaces it in its files; `undefined` to serve in clear.
 *
 * @throws UserError when it cannot be used
 */
export function serverCertificate(
  { tlsCert, tlsKey }: TlsChoice,
  following: Following,
): CertificateSource | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new UserError("Cannot serve with TLS: a certificate and its key go together", {
      hint: "Name both with --tls-cert FILE and --tls-key FILE",
    });
  }
  const paths = { certificate: tlsCert, key: tlsKey };
  const files = [
    { flag: "--tls-cert", path: tlsCert },
    { flag: "--tls-key", path: tlsKey },
  ];
  return followedFiles({ what: "certificate", files, read: pair }, following);

  function pair([certificate = "", key = ""]: readonly string[]): ServerCertificate {
    const fault = faultOf({ certificate, key }, paths);
    if (fault === undefined) return { certificate, key };
    throw new UserError(`Cannot serve with TLS: ${fault}`, {
      hint: "Want PEM in both: the certificate (and its chain), and its private key without passphrase",
    });
  }
}

/** What is wrong with a pair, by the names of its files. */
function faultOf({ certificate, key }: ServerCertificate, paths: ServerCertificate): string | undefined {
  const leaf = attempt(() => new X509Certificate(certificate));
  if (leaf === undefined) return `${paths.certificate} holds no certificate`;
  const privateKey = attempt(() => createPrivateKey(key));
  if (privateKey === undefined) return `${paths.key} holds no private key that can be read`;
  if (!leaf.checkPrivateKey(privateKey))
    return `${paths.key} holds no key of the certificate in ${paths.certificate}`;
  // Only here is the rest of a chain read.
  if (attempt(() => createSecureContext({ cert: certificate, key })) !== undefined) return undefined;
  return `${paths.certificate} holds a chain that breaks off`;
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
