import type { Container, EnvFromSource, EnvVar, EnvVarSource } from "@heliostat/kube";
import { type DownwardFacts, fieldText, resourceText } from "./downward-api.ts";
import { expandVariables, type Variables } from "./expand-variables.ts";
import {
  configMapBytes,
  configMapOf,
  MissingInputError,
  type PodInputs,
  secretBytes,
  secretOf,
} from "./pod-inputs.ts";

/** What a container's environment is made from. */
export interface EnvSources {
  readonly facts: DownwardFacts;
  readonly inputs: PodInputs;
  /** The variables of the cluster's services: known to references, and outweighed by everything else. */
  readonly services: Variables;
}

/**
 * The container's own environment: `envFrom`, then `env`, in which `$(NAME)` refers to what stands before it or to a
 * service. The variables of the image are not in it (Kubernetes rule: they are not known to references either).
 *
 * @throws MissingInputError for a config map, secret or key that is neither there nor optional
 * @throws Error for a source that Kubernetes does not offer
 */
export function containerEnv(container: Container, sources: EnvSources): Variables {
  const own: Record<string, string> = {};
  for (const source of container.envFrom ?? []) Object.assign(own, importedVariables(source, sources.inputs));
  for (const variable of container.env ?? []) {
    const value = variableValue(variable, own, { container, sources });
    if (value !== undefined) own[variable.name] = value;
  }
  return { ...sources.services, ...own };
}

interface VariableContext {
  readonly container: Container;
  readonly sources: EnvSources;
}

function importedVariables(source: EnvFromSource, inputs: PodInputs): Variables {
  const { prefix = "", configMapRef, secretRef } = source;
  const configMap = configMapRef && configMapOf(inputs, configMapRef.name ?? "", configMapRef.optional);
  const secret = secretRef && secretOf(inputs, secretRef.name ?? "", secretRef.optional);
  const texts = [
    ...Object.entries(configMap?.data ?? {}),
    ...(secret ? [...secretBytes(secret)].map(([key, bytes]) => [key, textOf(bytes)] as const) : []),
  ];
  return Object.fromEntries(texts.map(([key, text]) => [`${prefix}${key}`, text]));
}

/** `undefined` when an optional source is absent: the variable is then not set at all. */
function variableValue(
  { value, valueFrom }: EnvVar,
  own: Variables,
  { container, sources }: VariableContext,
): string | undefined {
  if (valueFrom) return sourcedValue(valueFrom, container, sources);
  return expandVariables(value ?? "", { ...sources.services, ...own });
}

function sourcedValue(from: EnvVarSource, container: Container, sources: EnvSources): string | undefined {
  const { facts, inputs } = sources;
  if (from.fieldRef) return fieldText(facts, from.fieldRef.fieldPath);
  if (from.resourceFieldRef) return resourceText(facts, from.resourceFieldRef, container.name);
  if (from.configMapKeyRef) {
    const { name = "", key, optional } = from.configMapKeyRef;
    const configMap = configMapOf(inputs, name, optional);
    const bytes = configMap && configMapBytes(configMap);
    return keyText(bytes, key, { optional, holder: `ConfigMap ${holderName(sources, name)}` });
  }
  if (from.secretKeyRef) {
    const { name = "", key, optional } = from.secretKeyRef;
    const secret = secretOf(inputs, name, optional);
    const bytes = secret && secretBytes(secret);
    return keyText(bytes, key, { optional, holder: `Secret ${holderName(sources, name)}` });
  }
  throw new Error("invalid valueFrom: want fieldRef, resourceFieldRef, configMapKeyRef or secretKeyRef");
}

function keyText(
  bytes: ReadonlyMap<string, Uint8Array> | undefined,
  key: string,
  { optional, holder }: { readonly optional: boolean | undefined; readonly holder: string },
): string | undefined {
  const found = bytes?.get(key);
  if (found) return textOf(found);
  if (optional === true) return undefined;
  throw new MissingInputError(`couldn't find key ${key} in ${holder}`);
}

function holderName({ facts }: EnvSources, name: string): string {
  return `${facts.pod.metadata.namespace}/${name}`;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
