import type { KubeClient } from "./client.ts";
import type { Resource } from "./resource.ts";

/** One request through the port, in the words of an audit log. */
export interface KubeRequest {
  readonly verb: "get" | "list" | "create" | "update" | "patch" | "apply" | "delete";
  readonly resource: Resource;
  /** Empty for a list. */
  readonly name: string;
  readonly subresource?: string;
}

/** What is done about a request, which goes out when `send` is called. */
export type Intercept = <T>(request: KubeRequest, send: () => Promise<T>) => Promise<T>;

/** The same client, but every request passes through `intercept`. Watches do not: they are streams and last for hours. */
export function interceptedClient(client: KubeClient, intercept: Intercept): KubeClient {
  return {
    get: (resource, name, options) =>
      intercept({ verb: "get", resource, name: name.name }, () => client.get(resource, name, options)),
    list: (resource, options) =>
      intercept({ verb: "list", resource, name: "" }, () => client.list(resource, options)),
    watch: (resource, options) => client.watch(resource, options),
    create: (resource, object, options) =>
      intercept({ verb: "create", resource, name: object.metadata.name, ...subresourceOf(options) }, () =>
        client.create(resource, object, options),
      ),
    update: (resource, object, options) =>
      intercept({ verb: "update", resource, name: object.metadata.name, ...subresourceOf(options) }, () =>
        client.update(resource, object, options),
      ),
    patch: (resource, name, options) =>
      intercept({ verb: "patch", resource, name: name.name, ...subresourceOf(options) }, () =>
        client.patch(resource, name, options),
      ),
    apply: (resource, object, options) =>
      intercept({ verb: "apply", resource, name: object.metadata.name, ...subresourceOf(options) }, () =>
        client.apply(resource, object, options),
      ),
    delete: (resource, name, options) =>
      intercept({ verb: "delete", resource, name: name.name }, () => client.delete(resource, name, options)),
  };
}

function subresourceOf(options?: { readonly subresource?: string }): Pick<KubeRequest, "subresource"> {
  return options?.subresource === undefined ? {} : { subresource: options.subresource };
}
