/** What a server shows of itself, PEM. */
export interface ServerCertificate {
  /** With its chain. */
  readonly certificate: string;
  readonly key: string;
}

/** A certificate that may be renewed while it is served: connections that are there stay, new ones see the new one. */
export interface CertificateSource {
  readonly current: ServerCertificate;
  /** `listener` is told of each certificate that replaces the current one. Only whole pairs come. */
  onChange(listener: (certificate: ServerCertificate) => void): void;
}
