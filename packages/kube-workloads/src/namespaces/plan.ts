import { type Action, create, type Plan, patch } from "@heliostat/controller";
import {
  CONFIG_MAPS,
  type ConfigMap,
  NAMESPACES,
  type Namespace,
  SERVICE_ACCOUNTS,
  type ServiceAccount,
} from "@heliostat/kube";

/** What a living namespace must hold. */
export interface NamespaceView {
  readonly namespace: Namespace;
  readonly serviceAccount: ServiceAccount | undefined;
  readonly rootCa: ConfigMap | undefined;
  /** PEM text by which pods know the API server. */
  readonly caCertificate: string;
}

export const DEFAULT_SERVICE_ACCOUNT = "default";
export const ROOT_CA = "kube-root-ca.crt";
const NAME_LABEL = "kubernetes.io/metadata.name";

/** Give a namespace what every pod in it may count on (Kubernetes convention). */
export function planNamespace(view: NamespaceView): Plan {
  return { actions: [...planLabel(view), ...planServiceAccount(view), ...planRootCa(view)] };
}

function planLabel({ namespace }: NamespaceView): readonly Action[] {
  const { name, labels } = namespace.metadata;
  if (labels?.[NAME_LABEL] === name) return [];
  const body = { metadata: { labels: { [NAME_LABEL]: name } } };
  const why = "namespace does not carry its name as a label";
  return [patch(NAMESPACES, namespace, { patch: { type: "merge", body }, why })];
}

function planServiceAccount({ namespace, serviceAccount }: NamespaceView): readonly Action[] {
  if (serviceAccount) return [];
  const metadata = { name: DEFAULT_SERVICE_ACCOUNT, namespace: namespace.metadata.name };
  const account: ServiceAccount = { apiVersion: "v1", kind: "ServiceAccount", metadata };
  return [create(SERVICE_ACCOUNTS, account, { why: "namespace has no default service account" })];
}

function planRootCa({ namespace, rootCa, caCertificate }: NamespaceView): readonly Action[] {
  const data = { "ca.crt": caCertificate };
  if (!rootCa) {
    const metadata = { name: ROOT_CA, namespace: namespace.metadata.name };
    const configMap: ConfigMap = { apiVersion: "v1", kind: "ConfigMap", metadata, data };
    return [create(CONFIG_MAPS, configMap, { why: "namespace does not know the API server's certificate" })];
  }
  if (rootCa.data?.["ca.crt"] === caCertificate) return [];
  return [
    patch(CONFIG_MAPS, rootCa, {
      patch: { type: "merge", body: { data } },
      why: "certificate is out of date",
    }),
  ];
}
