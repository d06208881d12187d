import { CONFIG_MAPS, type ConfigMap, isKubeError, keyOf } from "@heliostat/kube";
import type { ClusterSpec } from "@heliostat/proto";
import { ApiError } from "../errors/api-error.ts";
import type { Template } from "../objects/templates/template.ts";
import { isTemplate, templateOf } from "../objects/templates/template-config-map.ts";
import type { ApiPorts } from "../ports.ts";

/** Whose templates are looked for, for messages: `clusterSpec` of `namespace/name`. */
export interface TemplateUser {
  readonly namespace: string;
  readonly name: string;
  readonly signal: AbortSignal;
}

/**
 * The compute templates that a cluster's groups name, each looked up once.
 *
 * @throws ApiError `InvalidArgument`, naming the field, when there is no such template
 */
export async function templatesOf(
  ports: Pick<ApiPorts, "client" | "caches">,
  spec: ClusterSpec | undefined,
  user: TemplateUser,
): Promise<ReadonlyMap<string, Template>> {
  const templates = new Map<string, Template>();
  for (const [field, name] of namedTemplates(spec)) {
    if (templates.has(name)) continue;
    const template = await findTemplate(ports, { namespace: user.namespace, name }, user.signal);
    if (!template) throw missing(field, name, user);
    templates.set(name, template);
  }
  return templates;
}

/** A compute template by name. A ConfigMap that only has the name of one is none. */
export async function findTemplate(
  { client, caches }: Pick<ApiPorts, "client" | "caches">,
  target: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<Template | undefined> {
  const cached = caches.templates.get(keyOf(target));
  const configMap = cached ?? (await storedConfigMap());
  return configMap && isTemplate(configMap) ? templateOf(configMap) : undefined;

  async function storedConfigMap(): Promise<ConfigMap | undefined> {
    try {
      return await client.get(CONFIG_MAPS, target, { signal });
    } catch (error) {
      if (isKubeError(error, "NotFound")) return undefined;
      throw error;
    }
  }
}

function namedTemplates(spec: ClusterSpec | undefined): readonly (readonly [field: string, name: string])[] {
  const { headGroupSpec: head, workerGroupSpec: workers = [] } = spec ?? {};
  return [
    ...(head ? [["clusterSpec.headGroupSpec.computeTemplate", head.computeTemplate] as const] : []),
    ...workers.map(
      ({ computeTemplate }, index) =>
        [`clusterSpec.workerGroupSpec[${index}].computeTemplate`, computeTemplate] as const,
    ),
  ];
}

function missing(field: string, template: string, { namespace, name }: TemplateUser): ApiError {
  return new ApiError(
    "InvalidArgument",
    `Failed to populate compute template for (${namespace}/${name}): Cannot get compute template for name ` +
      `'${template}' in namespace '${namespace}', error: ${field} names a template that is not there; create it first`,
  );
}
