import type { CertifiedKey } from "./certificate.ts";

export interface KubeconfigOptions {
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  readonly caCertificatePem: string;
  readonly client: CertifiedKey;
  /** Name of the cluster, the user and the context. @default heliostat */
  readonly name?: string;
  /** @default default */
  readonly namespace?: string;
}

/** The text of a kubeconfig that needs no file beside it: certificates and key are inside. */
export function kubeconfigText(options: KubeconfigOptions): string {
  const { server, caCertificatePem, client, name = "heliostat", namespace = "default" } = options;
  return `apiVersion: v1
kind: Config
clusters:
  - name: ${name}
    cluster:
      server: ${server}
      certificate-authority-data: ${base64(caCertificatePem)}
users:
  - name: ${name}
    user:
      client-certificate-data: ${base64(client.certificatePem)}
      client-key-data: ${base64(client.keyPem)}
contexts:
  - name: ${name}
    context:
      cluster: ${name}
      user: ${name}
      namespace: ${namespace}
current-context: ${name}
`;
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
