import { parseQuantity, quantityCeil, type ResourceRequirements } from "@heliostat/kube";
import { ACCELERATORS, isGpuResource } from "../raycluster/accelerators.ts";

type Params = Readonly<Record<string, string>>;
type Quantities = Readonly<Record<string, string | number>>;

/**
 * A group's `resources` as parameters of `ray start`: CPU, memory and GPU have flags of their own, everything else goes
 * into the JSON of `resources`. What is no quantity is left out (KubeRay rule).
 */
export function logicalResourceParams(resources: Params): Params {
  const custom: Record<string, number> = {};
  const params: Record<string, string> = {};
  for (const [name, quantity] of inOrder(resources)) {
    const amount = parseQuantity(quantity);
    if (amount === undefined) continue;
    const flag = flagOf(name.toLowerCase());
    if (flag) params[flag] ??= String(Math.ceil(amount));
    else custom[name] = amount;
  }
  return Object.keys(custom).length === 0 ? params : { ...params, resources: quotedJson(custom) };
}

/**
 * `params` with what the Ray container's own resources add where a parameter is absent: CPU of the limit or else of the
 * request, memory of the limit, the first GPU and the first accelerator of the limits, by name. Zero counts as absent
 * (KubeRay rule).
 */
export function withContainerResources(params: Params, resources: ResourceRequirements = {}): Params {
  const { limits = {}, requests = {} } = resources;
  const cpu = quantityCeil(limits["cpu"]) || quantityCeil(requests["cpu"]);
  const memoryBytes = quantityCeil(limits["memory"]);
  return {
    ...(cpu > 0 && { "num-cpus": String(cpu) }),
    ...(memoryBytes > 0 && { memory: String(memoryBytes) }),
    ...withAccelerators(params, limits),
  };
}

function flagOf(resource: string): string | undefined {
  if (resource === "cpu") return "num-cpus";
  if (resource === "memory") return "memory";
  return isGpuResource(resource) ? "num-gpus" : undefined;
}

function withAccelerators(params: Params, limits: Quantities): Params {
  const custom = customResources(params["resources"]);
  if (!custom) return params;
  const present = inOrder(limits).filter(([, quantity]) => quantityCeil(quantity) > 0);
  const gpu = present.find(([name]) => isGpuResource(name));
  const accelerator = present.find(([name]) => ACCELERATORS[name] !== undefined);
  const isNamed = Object.values(ACCELERATORS).some((name) => custom[name] !== undefined);
  return {
    ...(gpu && { "num-gpus": String(quantityCeil(gpu[1])) }),
    ...params,
    ...(accelerator && !isNamed && { resources: quotedJson({ ...custom, ...inRaysWords(accelerator) }) }),
  };
}

function inRaysWords([name, quantity]: readonly [string, string | number]): Readonly<Record<string, number>> {
  return { [ACCELERATORS[name] ?? name]: parseQuantity(quantity) ?? 0 };
}

/** The JSON that a user has written, in whatever quotes; `undefined` when it is not a map of numbers. */
function customResources(text: string | undefined): Readonly<Record<string, number>> | undefined {
  if (text === undefined) return {};
  const resources = parsedJson(text.replace(/^['"` ]+|['"` ]+$/g, ""));
  return isNumberMap(resources) ? resources : undefined;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isNumberMap(value: unknown): value is Readonly<Record<string, number>> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && Object.values(value).every((amount) => typeof amount === "number");
}

/** In single quotes, so that the shell leaves the JSON's own alone. */
function quotedJson(resources: Readonly<Record<string, number>>): string {
  return `'${JSON.stringify(Object.fromEntries(inOrder(resources)))}'`;
}

function inOrder<T>(map: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return Object.entries(map).sort(([one], [other]) => (one < other ? -1 : 1));
}
