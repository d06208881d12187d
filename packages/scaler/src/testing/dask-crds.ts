import type { CustomResourceDefinition } from "@heliostat/kube";

/** As much of dask-kubernetes' CRDs as the scaler touches. */
export function daskCrds(): readonly CustomResourceDefinition[] {
  return [
    definition("DaskCluster", "daskclusters"),
    definition("DaskWorkerGroup", "daskworkergroups"),
    definition("DaskAutoscaler", "daskautoscalers"),
  ];
}

function definition(kind: string, plural: string): CustomResourceDefinition {
  const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.kubernetes.dask.org` },
    spec: {
      group: "kubernetes.dask.org",
      scope: "Namespaced",
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", properties: { spec: open, status: open } } },
        },
      ],
    },
  } as CustomResourceDefinition;
}
