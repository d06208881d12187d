/** Labels that KubeRay's API server writes and selects by; both servers see each other's objects through them. */
export const API_LABEL = {
  /** On a RayCluster its own name, on a RayJob the job's. */
  clusterName: "ray.io/cluster-name",
  user: "ray.io/user",
  version: "ray.io/version",
  /** The name of the environment: `DEV`. */
  environment: "ray.io/environment",
  managedBy: "app.kubernetes.io/managed-by",
  /** On a ConfigMap: {@link COMPUTE_TEMPLATE} says that it is a template. */
  configType: "ray.io/config-type",
  /** On that ConfigMap: its own name. */
  computeTemplate: "ray.io/compute-template",
} as const;

/** Value of {@link API_LABEL.managedBy} on everything that an API server has made. */
export const API_MANAGER = "kuberay-apiserver";

/** Value of {@link API_LABEL.configType} on a compute template. */
export const COMPUTE_TEMPLATE = "compute-template";

/** Annotations that KubeRay's API server writes, and those that are ours alone. */
export const API_ANNOTATION = {
  /** On a pod template: the compute template that it was made with. */
  computeTemplate: "ray.io/compute-template",
  /** On a pod template: the image as the request named it; empty where it named none. */
  computeImage: "ray.io/compute-image",
  creationTimestamp: "ray.io/creation-timestamp",
  updateTimestamp: "ray.io/update-timestamp",
  /** Who was behind the request, where callers are known. */
  createdBy: "heliostat.dev/created-by",
  /** On a RayService: the deployment graph of a v1alpha2 request, as JSON, to be shown again. */
  serveGraph: "heliostat.dev/serve-deployment-graph",
} as const;

/** The containers that run Ray in pods of an API server's making. */
export const RAY_CONTAINER = { head: "ray-head", worker: "ray-worker" } as const;

/** Where an image comes from that a request does not name; its tag is Ray's version. */
export const IMAGE_REPOSITORY = "rayproject/ray";

/** What a number of GPUs is asked for as, unless the template names a resource. */
export const DEFAULT_GPU_RESOURCE = "nvidia.com/gpu";
