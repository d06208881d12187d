import { create } from "@bufbuild/protobuf";
import { type ConfigMap, parseQuantity } from "@heliostat/kube";
import { ComputeTemplateSchema, type PodToleration, PodTolerationSchema } from "@heliostat/proto";
import { ApiError } from "../../errors/api-error.ts";
import { API_LABEL, COMPUTE_TEMPLATE } from "../vocabulary.ts";
import { DEFAULT_MEMORY_UNIT, type Template, type TemplateExtras } from "./template.ts";

/** Whether a ConfigMap is a compute template, whoever has made it. */
export function isTemplate({ metadata }: ConfigMap): boolean {
  return metadata.labels?.[API_LABEL.configType] === COMPUTE_TEMPLATE;
}

/**
 * A template as it is stored: KubeRay's keys, all text, and keys of ours that its server passes over.
 *
 * @throws ApiError `InvalidArgument` when the memory or another amount is no quantity
 */
export function templateConfigMap(template: Template): ConfigMap {
  const { name, namespace } = template.message;
  checkAmounts(template);
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name,
      namespace,
      labels: { [API_LABEL.configType]: COMPUTE_TEMPLATE, [API_LABEL.computeTemplate]: name },
    },
    data: { ...messageData(template), ...extrasData(template.extras) },
  };
}

/** The reverse of {@link templateConfigMap}. What cannot be read counts as 0 or as absent: it never fails. */
export function templateOf({ metadata, data = {} }: ConfigMap): Template {
  const message = create(ComputeTemplateSchema, {
    name: metadata.name,
    namespace: metadata.namespace ?? "",
    cpu: uint32(data["cpu"]),
    memory: uint32(data["memory"]),
    memoryUnit: data["memory_unit"] || DEFAULT_MEMORY_UNIT,
    gpu: uint32(data["gpu"]),
    gpuAccelerator: data["gpu_accelerator"] ?? "",
    tolerations: tolerationsOf(data["tolerations"]),
    extendedResources: amountsOf(data["extended_resources"]),
  });
  return { message, extras: extrasOf(data) };
}

const CORE_KEY = { cpuQuantity: "cpu_quantity", limits: "limits", nodeSelector: "node_selector" } as const;

function messageData({ message }: Template): Record<string, string> {
  const { tolerations, extendedResources } = message;
  const amounts = Object.entries(extendedResources).sort(([left], [right]) => (left < right ? -1 : 1));
  return {
    name: message.name,
    namespace: message.namespace,
    cpu: String(message.cpu),
    memory: String(message.memory),
    memory_unit: message.memoryUnit || DEFAULT_MEMORY_UNIT,
    gpu: String(message.gpu),
    gpu_accelerator: message.gpuAccelerator,
    extended_resources: amounts.length === 0 ? "null" : JSON.stringify(Object.fromEntries(amounts)),
    ...(tolerations.length > 0 && { tolerations: JSON.stringify(tolerations.map(tolerationData)) }),
  };
}

function extrasData({ cpuQuantity, limits, nodeSelector }: TemplateExtras): Record<string, string> {
  return {
    ...(cpuQuantity !== undefined && { [CORE_KEY.cpuQuantity]: cpuQuantity }),
    ...(limits && { [CORE_KEY.limits]: JSON.stringify(limits) }),
    ...(nodeSelector && { [CORE_KEY.nodeSelector]: JSON.stringify(nodeSelector) }),
  };
}

function extrasOf(data: Readonly<Record<string, string>>): TemplateExtras {
  const cpuQuantity = data[CORE_KEY.cpuQuantity];
  const limits = textsOf(data[CORE_KEY.limits]);
  const nodeSelector = textsOf(data[CORE_KEY.nodeSelector]);
  return {
    ...(cpuQuantity && parseQuantity(cpuQuantity) !== undefined && { cpuQuantity }),
    ...(limits && { limits }),
    ...(nodeSelector && { nodeSelector }),
  };
}

function checkAmounts({ message, extras }: Template): void {
  const memory = `${message.memory}${message.memoryUnit || DEFAULT_MEMORY_UNIT}`;
  if (parseQuantity(memory) === undefined)
    throw new ApiError(
      "InvalidArgument",
      `invalid memory quantity ${memory}: memoryUnit must be a Kubernetes suffix such as Mi or Gi`,
    );
  const amounts = { cpu: extras.cpuQuantity ?? "1", ...extras.limits };
  for (const [resource, amount] of Object.entries(amounts))
    if (parseQuantity(amount) === undefined)
      throw new ApiError(
        "InvalidArgument",
        `Cannot read the amount of ${resource}: "${amount}" is no Kubernetes quantity such as 500m or 2Gi`,
      );
}

function tolerationData({ key, operator, value, effect }: PodToleration): object {
  return Object.fromEntries(
    Object.entries({ key, operator, value, effect }).filter(([, text]) => text !== ""),
  );
}

function tolerationsOf(text: string | undefined): PodToleration[] {
  const list = parsed(text);
  if (!Array.isArray(list)) return [];
  return list.map((each: Readonly<Record<string, unknown>>) =>
    create(PodTolerationSchema, {
      key: String(each?.["key"] ?? ""),
      operator: String(each?.["operator"] ?? ""),
      value: String(each?.["value"] ?? ""),
      effect: String(each?.["effect"] ?? ""),
    }),
  );
}

function amountsOf(text: string | undefined): Record<string, number> {
  const entries = Object.entries(mapOf(text) ?? {});
  return Object.fromEntries(entries.map(([name, amount]) => [name, uint32(String(amount))]));
}

function textsOf(text: string | undefined): Readonly<Record<string, string>> | undefined {
  const map = mapOf(text);
  return map && Object.fromEntries(Object.entries(map).map(([key, value]) => [key, String(value)]));
}

function mapOf(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  const value = parsed(text);
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  return isMap ? (value as Readonly<Record<string, unknown>>) : undefined;
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const MAX_UINT32 = 2 ** 32 - 1;

function uint32(text: string | undefined): number {
  if (text === undefined || !/^\d+$/.test(text)) return 0;
  const value = Number(text);
  return value <= MAX_UINT32 ? value : 0;
}
