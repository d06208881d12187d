/** A kubeconfig that cannot be used as it is; the message names the file, the entry and what is wrong with it. */
export class KubeconfigError extends Error {
  override readonly name = "KubeconfigError";
}
