/** What every spec says that more than one controller could look after. */
export interface ManagedSpec {
  /**
   * Who looks after this object. Any value but `ray.io/kuberay-operator` makes the operator ignore it.
   *
   * @celRule self == oldSelf
   * @celMessage the managedBy field is immutable
   * @celRule self in ['ray.io/kuberay-operator', 'kueue.x-k8s.io/multikueue']
   * @celMessage the managedBy field value must be either 'ray.io/kuberay-operator' or 'kueue.x-k8s.io/multikueue'
   */
  readonly managedBy?: string;
}
