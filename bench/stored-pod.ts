const PODS_OF_A_CLUSTER = 20;

/** The JSON of a running worker pod as a server tells it: about 6 kB, of which half are managedFields and defaults. */
export function storedPod(index: number): string {
  const cluster = `cluster-${Math.floor(index / PODS_OF_A_CLUSTER)}`;
  const name = `${cluster}-workers-${index}`;
  // Pods become ready at a second of their own.
  const [hour, minute, second] = [3600, 60, 1].map((unit) => Math.floor(((index * 37) % 86_400) / unit) % 60);
  const at = `2026-01-01T${[hour, minute, second].map((part) => String(part).padStart(2, "0")).join(":")}Z`;
  const labels = {
    "ray.io/cluster": cluster,
    "ray.io/group": "workers",
    "ray.io/identifier": `${cluster}-worker`,
    "ray.io/is-ray-node": "yes",
    "ray.io/node-type": "worker",
  };
  const env = Array.from({ length: 16 }, (_, each) => ({
    name: `RAY_SETTING_${each}`,
    value: `value of ${each}`,
  }));
  const probe = {
    exec: {
      command: [
        "bash",
        "-c",
        "wget -T 2 -q -O- http://localhost:52365/api/local_raylet_healthz | grep success",
      ],
    },
    initialDelaySeconds: 10,
    periodSeconds: 5,
    timeoutSeconds: 2,
    failureThreshold: 120,
    successThreshold: 1,
  };
  const access = {
    name: "kube-api-access-abcde",
    readOnly: true,
    mountPath: "/var/run/secrets/kubernetes.io/serviceaccount",
  };
  const container = {
    name: "ray-worker",
    image: "rayproject/ray:2.52.0",
    args: [`ulimit -n 65536; ray start --address=${cluster}-head-svc.default.svc.cluster.local:6379 --block`],
    command: ["/bin/bash", "-lc", "--"],
    env: [...env, { name: "RAY_IP", value: `${cluster}-head-svc.default.svc.cluster.local` }],
    ports: [{ name: "metrics", containerPort: 8080, protocol: "TCP" }],
    resources: { limits: { cpu: "1", memory: "4Gi" }, requests: { cpu: "500m", memory: "2Gi" } },
    livenessProbe: probe,
    readinessProbe: probe,
    volumeMounts: [{ mountPath: "/dev/shm", name: "shared-mem" }, access],
    imagePullPolicy: "IfNotPresent",
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
  };
  const tolerations = ["not-ready", "unreachable"].map((taint) => ({
    key: `node.kubernetes.io/${taint}`,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: 300,
  }));
  const conditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map((type) => ({
    type,
    status: "True",
    lastTransitionTime: at,
  }));
  const owned = Object.fromEntries(
    env.map(({ name: key }) => [`k:{"name":"${key}"}`, { ".": {}, "f:name": {}, "f:value": {} }]),
  );
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: `team-${index % 7}`,
      uid: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
      resourceVersion: String(1_000_000 + index),
      creationTimestamp: at,
      labels,
      annotations: { "ray.io/ft-enabled": "false" },
      ownerReferences: [
        {
          apiVersion: "ray.io/v1",
          kind: "RayCluster",
          name: cluster,
          uid: `uid-of-${cluster}`,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      managedFields: [
        {
          manager: "heliostat",
          operation: "Update",
          apiVersion: "v1",
          time: at,
          fieldsType: "FieldsV1",
          fieldsV1: { "f:spec": { "f:containers": owned } },
        },
      ],
    },
    spec: {
      containers: [container],
      initContainers: [
        { ...container, name: "wait-gcs-ready", livenessProbe: undefined, readinessProbe: undefined },
      ],
      volumes: [
        { name: "shared-mem", emptyDir: { medium: "Memory", sizeLimit: "4Gi" } },
        {
          name: access.name,
          projected: {
            defaultMode: 420,
            sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: "token" } }],
          },
        },
      ],
      tolerations,
      nodeName: `node-${index % 50}`,
      restartPolicy: "Never",
      dnsPolicy: "ClusterFirst",
      schedulerName: "default-scheduler",
      serviceAccountName: "default",
      terminationGracePeriodSeconds: 30,
    },
    status: {
      phase: "Running",
      podIP: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
      hostIP: `192.168.0.${index % 50}`,
      startTime: at,
      qosClass: "Burstable",
      conditions,
      containerStatuses: [
        {
          name: "ray-worker",
          image: container.image,
          imageID: "sha256:0000000000000000000000000000000000000000000000000000000000000000",
          containerID: `containerd://${String(index).padStart(64, "0")}`,
          ready: true,
          started: true,
          restartCount: 0,
          state: { running: { startedAt: at } },
        },
      ],
    },
  });
}
