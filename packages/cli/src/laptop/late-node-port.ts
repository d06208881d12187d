import { KubeError, type NodePort } from "@heliostat/kube";

/** A node that is there before its kubelet: the API answers at once, while it is still being decided what pods are. */
export class LateNodePort implements NodePort {
  #node: NodePort | undefined;

  /** From now on `node` answers. */
  use(node: NodePort): void {
    this.#node = node;
  }

  logs: NodePort["logs"] = async (...args) => this.#kubelet().logs(...args);
  exec: NodePort["exec"] = async (...args) => this.#kubelet().exec(...args);
  attach: NodePort["attach"] = async (...args) => this.#kubelet().attach(...args);
  connect: NodePort["connect"] = async (...args) => this.#kubelet().connect(...args);

  #kubelet(): NodePort {
    if (!this.#node) throw new KubeError("Unavailable", "the node's kubelet has not started yet");
    return this.#node;
  }
}
