import { type experimental, experimental as grpc, ServerCredentials } from "@grpc/grpc-js";
import type { CertificateSource, ServerCertificate } from "../certificate.ts";

/** How a gRPC server shows who it is: not at all, or with a certificate that may be renewed. */
export function serverCredentials(tls: CertificateSource | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  // The declaration has its two providers the wrong way round: the first is the server's own, the second of its callers.
  return grpc.createCertificateProviderServerCredentials(identityProvider(tls), null, false);
}

function identityProvider(tls: CertificateSource): experimental.CertificateProvider {
  const listeners = new Set<experimental.IdentityCertificateUpdateListener>();
  tls.onChange((renewed) => {
    for (const listener of listeners) listener(updateOf(renewed));
  });
  return {
    addIdentityCertificateListener(listener) {
      listeners.add(listener);
      // The library is ready to listen once this call has returned.
      queueMicrotask(() => listener(updateOf(tls.current)));
    },
    removeIdentityCertificateListener: (listener) => void listeners.delete(listener),
    addCaCertificateListener: () => undefined,
    removeCaCertificateListener: () => undefined,
  };
}

function updateOf({ certificate, key }: ServerCertificate): experimental.IdentityCertificateUpdate {
  return { certificate: Buffer.from(certificate), privateKey: Buffer.from(key) };
}
