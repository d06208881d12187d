/** Who may look after an object, as `spec.managedBy` names them. */
export const MANAGER = {
  operator: "ray.io/kuberay-operator",
  multiKueue: "kueue.x-k8s.io/multikueue",
} as const;
