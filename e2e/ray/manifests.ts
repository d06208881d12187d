export type AutoscalerVersion = "v1" | "v2";

/** A head without CPUs beside which Ray's autoscaler runs, and a group that begins with nothing. */
export function autoscalingCluster(name: string, version: AutoscalerVersion): object {
  return {
    apiVersion: "ray.io/v1",
    kind: "RayCluster",
    metadata: { name },
    spec: {
      rayVersion: "2.58.0",
      enableInTreeAutoscaling: true,
      autoscalerOptions: { version, idleTimeoutSeconds: 10 },
      headGroupSpec: {
        rayStartParams: { "num-cpus": "0" },
        template: pod("ray-head", { cpu: "1", memory: "2Gi" }),
      },
      workerGroupSpecs: [
        {
          groupName: "small",
          replicas: 0,
          minReplicas: 0,
          maxReplicas: 3,
          rayStartParams: {},
          template: pod("ray-worker", { cpu: "1", memory: "1Gi" }),
        },
      ],
    },
  };
}

function pod(name: string, limits: Readonly<Record<string, string>>): object {
  return { spec: { containers: [{ name, image: "rayproject/ray:2.58.0", resources: { limits } }] } };
}
