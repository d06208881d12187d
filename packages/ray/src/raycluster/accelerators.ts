/** The Kubernetes resource that counts TPU chips. */
export const TPU_RESOURCE = "google.com/tpu";

/** Kubernetes resources that Ray knows under a name of its own. */
export const ACCELERATORS: Readonly<Record<string, string>> = {
  "aws.amazon.com/neuroncore": "neuron_cores",
  [TPU_RESOURCE]: "TPU",
};

/** Whether a Kubernetes resource counts GPUs or slices of one: `nvidia.com/gpu`, `amd.com/gpu`, `nvidia.com/mig-1g.5gb`. */
export function isGpuResource(name: string): boolean {
  return name.endsWith("gpu") || name.startsWith("nvidia.com/mig-");
}
