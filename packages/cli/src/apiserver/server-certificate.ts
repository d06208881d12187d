import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ServerCertificate } from "@heliostat/apiserver";
import { fileTrouble } from "../system/file-trouble.ts";
import { UserError } from "../user-error.ts";

/** What the flags of the command say. */
export interface TlsChoice {
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

/** The certificate to serve with; `undefined` to serve in clear. @throws UserError when it cannot be used */
export async function serverCertificate({
  tlsCert,
  tlsKey,
}: TlsChoice): Promise<ServerCertificate | undefined> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new UserError("Cannot serve with TLS: a certificate and its key go together", {
      hint: "Name both with --tls-cert FILE and --tls-key FILE",
    });
  }
  const certificate = await textOf("--tls-cert", tlsCert);
  const key = await textOf("--tls-key", tlsKey);
  if (isPair(certificate, key)) return { certificate, key };
  throw new UserError(`Cannot serve with TLS: ${tlsKey} holds no key of the certificate in ${tlsCert}`, {
    hint: "Want PEM in both: the certificate (and its chain), and its private key without passphrase",
  });
}

function isPair(certificate: string, key: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

async function textOf(flag: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new UserError(`Cannot read ${flag} ${file}: ${fileTrouble(cause)}`, { cause });
  }
}
