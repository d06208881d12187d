import { groupResource, type KubeClient, type KubeObject, type Resource } from "@heliostat/kube";

/** A client that remembers what it was asked: `list configmaps`. */
export class CountingClient implements KubeClient {
  readonly asked: string[] = [];
  readonly #client: KubeClient;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  get: KubeClient["get"] = (resource, ...rest) => this.#ask("get", resource).get(resource, ...rest);
  list: KubeClient["list"] = (resource, ...rest) => this.#ask("list", resource).list(resource, ...rest);
  watch: KubeClient["watch"] = (resource, ...rest) => this.#ask("watch", resource).watch(resource, ...rest);
  create: KubeClient["create"] = (resource, ...rest) =>
    this.#ask("create", resource).create(resource, ...rest);
  update: KubeClient["update"] = (resource, ...rest) =>
    this.#ask("update", resource).update(resource, ...rest);
  patch: KubeClient["patch"] = (resource, ...rest) => this.#ask("patch", resource).patch(resource, ...rest);
  apply: KubeClient["apply"] = (resource, ...rest) => this.#ask("apply", resource).apply(resource, ...rest);
  delete: KubeClient["delete"] = (resource, ...rest) =>
    this.#ask("delete", resource).delete(resource, ...rest);

  #ask<T extends KubeObject>(verb: string, resource: Resource<T>): KubeClient {
    this.asked.push(`${verb} ${groupResource(resource)}`);
    return this.#client;
  }
}
