import { create } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import {
  CONFIG_MAPS,
  type ConfigMap,
  isDns1123Subdomain,
  isKubeError,
  isLabelValue,
  type KubeClient,
  keyOf,
  type ObjectName,
} from "@heliostat/kube";
import {
  type ComputeTemplate,
  ListAllComputeTemplatesResponseSchema,
  ListComputeTemplatesResponseSchema,
} from "@heliostat/proto";
import { ApiError } from "../errors/api-error.ts";
import { alreadyExists, invalidInput, notFound, writeFailure } from "../errors/failures.ts";
import type { CallContext, Handlers } from "../handlers.ts";
import type { Template } from "../objects/templates/template.ts";
import { isTemplate, templateConfigMap, templateOf } from "../objects/templates/template-config-map.ts";
import type { ApiPorts } from "../ports.ts";
import { pageOf } from "../reading/page.ts";
import { SortedList } from "../reading/sorted-list.ts";
import { ToldMessages } from "../reading/told-messages.ts";
import { untilGone, untilShown } from "../reading/until-shown.ts";
import { checkCreateTemplate } from "../validation/check-create.ts";
import type { WriteMode } from "./cluster-calls.ts";

/** What the calls about compute templates share. */
export interface TemplateReads {
  readonly list: SortedList<ConfigMap>;
  readonly tell: (configMap: ConfigMap) => ComputeTemplate;
}

export function templateReads({ caches }: Pick<ApiPorts, "caches">): TemplateReads {
  const told = new ToldMessages((configMap: ConfigMap) => templateOf(configMap).message);
  return { list: new SortedList(caches.templates, isTemplate), tell: (configMap) => told.of(configMap, []) };
}

/** The calls of `ComputeTemplateService`. Lists are whole: the API has no pages for them. */
export function templateCalls(
  ports: ApiPorts,
  { list, tell }: TemplateReads,
): Handlers["ComputeTemplateService"] {
  const all = { limit: 0, token: "" } as const;
  return {
    async createComputeTemplate(request, { signal }) {
      checkCreateTemplate(request);
      const message = request.computeTemplate as ComputeTemplate;
      return tell(await createTemplate(ports, { message, extras: {} }, { signal }));
    },
    async getComputeTemplate({ name, namespace }, call) {
      checkTemplateTarget(name, namespace);
      return tell(await findTemplateMap(ports, { name, namespace }, call));
    },
    async listComputeTemplates({ namespace }) {
      if (namespace === "") throw invalidInput(EMPTY_NAMESPACE);
      const { items } = pageOf(list, { ...all, namespace });
      return create(ListComputeTemplatesResponseSchema, { computeTemplates: items.map(tell) });
    },
    async listAllComputeTemplates() {
      const { items } = pageOf(list, all);
      return create(ListAllComputeTemplatesResponseSchema, { computeTemplates: items.map(tell) });
    },
    async deleteComputeTemplate({ name, namespace }, { signal }) {
      checkTemplateTarget(name, namespace);
      const configMap = await findTemplateMap(ports, { name, namespace }, { signal });
      await deleteTemplate(ports, configMap, signal);
      return create(EmptySchema);
    },
  };
}

/** @throws ApiError `AlreadyExists` when there is any ConfigMap of that name */
export async function createTemplate(
  ports: ApiPorts,
  template: Template,
  { signal, isDryRun = false }: WriteMode & { readonly signal: AbortSignal },
): Promise<ConfigMap> {
  const { name, namespace } = template.message;
  checkName(name);
  const object = templateConfigMap(template);
  try {
    const created = await ports.client.create(CONFIG_MAPS, object, { signal, isDryRun });
    if (!isDryRun) await untilShown(ports.caches.templates, created, { clock: ports.clock, signal });
    return created;
  } catch (error) {
    if (isKubeError(error, "AlreadyExists"))
      throw alreadyExists(`Compute template with name ${name} already exists in namespace ${namespace}`);
    throw writeFailure(error, `Failed to create a compute runtime for (${namespace}/${name})`);
  }
}

/** @throws ApiError `NotFound`, also for a ConfigMap that is no template (KubeRay shows and deletes those) */
export async function findTemplateMap(
  { client, caches }: Pick<ApiPorts, "client" | "caches">,
  target: { readonly name: string; readonly namespace: string },
  /** Its signal is looked at only where the cache has no answer. */
  call: Pick<CallContext, "signal">,
): Promise<ConfigMap> {
  const configMap = caches.templates.get(keyOf(target)) ?? (await readConfigMap(client, target, call.signal));
  if (isTemplate(configMap)) return configMap;
  throw templateNotFound(target, new Error(`ConfigMap "${target.name}" is no compute template`));
}

async function readConfigMap(
  client: KubeClient,
  target: ObjectName,
  signal: AbortSignal,
): Promise<ConfigMap> {
  try {
    return await client.get(CONFIG_MAPS, target, { signal });
  } catch (error) {
    if (isKubeError(error, "NotFound")) throw templateNotFound(target, error);
    throw error;
  }
}

function templateNotFound({ name }: ObjectName, cause: unknown): ApiError {
  return notFound(`Compute template ${name} not found`, cause);
}

async function deleteTemplate(ports: ApiPorts, configMap: ConfigMap, signal: AbortSignal): Promise<void> {
  const { name, namespace = "" } = configMap.metadata;
  try {
    await ports.client.delete(CONFIG_MAPS, { name, namespace }, { signal });
  } catch (error) {
    if (isKubeError(error, "NotFound")) throw notFound(`Compute template ${name} not found`, error);
    throw writeFailure(error, `failed to delete compute template ${name}`);
  }
  await untilGone(ports.caches.templates, configMap, { clock: ports.clock, signal });
}

const EMPTY_NAMESPACE = "Namespace is empty. Please specify a valid value.";

export function checkTemplateTarget(name: string, namespace: string): void {
  if (name === "") throw invalidInput("Compute template name is empty. Please specify a valid value.");
  if (namespace === "") throw invalidInput(EMPTY_NAMESPACE);
}

/** The name is that of a ConfigMap and the value of a label. */
function checkName(name: string): void {
  if (isDns1123Subdomain(name) && isLabelValue(name)) return;
  throw new ApiError(
    "InvalidArgument",
    `name must be at most 63 lower-case letters, digits, "-" and ".", but is "${name}"`,
  );
}
