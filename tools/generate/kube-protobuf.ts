import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fetchTools } from "../../e2e/tools/fetch.ts";
import {
  PLAIN_INT_OR_STRINGS,
  PLAIN_NUMBERS,
  POINTER_TEXTS,
} from "../../packages/kube-embedded/src/schema/go-zeros.ts";
import { type FieldDescriptor, type MessageDescriptor, messageDescriptors } from "./descriptor-files.ts";
import { ROOTS } from "./kube-facts.ts";
import { JSON_NAMES } from "./protobuf-facts.ts";

/**
 * Writes `packages/kube-embedded/gen/protobuf.json`: how the kinds that we serve look in protobuf. Run it by hand
 * (`node tools/generate/kube-protobuf.ts`) after a kind has come into `kube-facts.ts`. `npm run generate` does not, since
 * the descriptors come from programs that `npm ci` does not bring: kubectl 1.32 and helm 3.17, which knows CRDs as well.
 */
function generate(): void {
  const { "kubectl-1.32": kubectl, "helm-3.17": helm } = fetchTools();
  const descriptors = new Map([...messageDescriptors(helm), ...messageDescriptors(kubectl)]);
  const kinds = Object.fromEntries(servedKinds().filter(([, message]) => descriptors.has(fullName(message))));
  const messages = reachableMessages(descriptors, [...Object.values(kinds), ...ALWAYS_SERVED]);
  assertFactsAreUsed(messages);
  const table = {
    about:
      "Made by hand with tools/generate/kube-protobuf.ts, not by npm run generate. Do not edit. Number: name type mode.",
    kinds,
    messages: Object.fromEntries(messages),
  };
  const text = JSON.stringify(table, null, 1).replace(/",\n {3}"/g, '", "');
  writeFileSync(join(import.meta.dirname, "../../packages/kube-embedded/gen/protobuf.json"), `${text}\n`);
}

/** They come with every group and version. */
const ALWAYS_SERVED: readonly string[] = ["meta.v1.DeleteOptions", "meta.v1.Status", "runtime.Unknown"];

function servedKinds(): readonly (readonly [key: string, message: string])[] {
  const served = Object.values(ROOTS).map(([group, version, kind]) => {
    const folder = group === "" ? "core" : (group.split(".")[0] as string);
    return [
      group === "" ? `${version}/${kind}` : `${group}/${version}/${kind}`,
      `${folder}.${version}.${kind}`,
    ] as const;
  });
  return served.toSorted(([left], [right]) => (left < right ? -1 : 1));
}

const PACKAGES: readonly (readonly [short: RegExp, full: string])[] = [
  [/^resource\.Quantity$/, "k8s.io.apimachinery.pkg.api."],
  [/^intstr\./, "k8s.io.apimachinery.pkg.util."],
  [/^runtime\./, "k8s.io.apimachinery.pkg."],
  [/^meta\./, "k8s.io.apimachinery.pkg.apis."],
  [/^apiextensions\./, "k8s.io.apiextensions_apiserver.pkg.apis."],
  [/^/, "k8s.io.api."],
];

/** `core.v1.Pod` → `k8s.io.api.core.v1.Pod` */
function fullName(short: string): string {
  const [, prefix = ""] = PACKAGES.find(([pattern]) => pattern.test(short)) ?? [];
  return prefix + short;
}

function shortName(full: string): string {
  const [, prefix = ""] =
    PACKAGES.find(([pattern, start]) => full.startsWith(start) && pattern.test(full.slice(start.length))) ??
    [];
  return full.slice(prefix.length);
}

type FieldTexts = Readonly<Record<number, string>>;

function reachableMessages(
  descriptors: ReadonlyMap<string, MessageDescriptor>,
  roots: readonly string[],
): readonly (readonly [name: string, fields: FieldTexts])[] {
  const found = new Map<string, FieldTexts>();
  const queue = [...roots];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (found.has(name)) continue;
    const message = descriptors.get(fullName(name));
    if (!message) throw new Error(`Cannot describe ${name}: no program knows it`);
    const fields = message.fields.map((field) => ({ field, shape: shapeOf(field, descriptors) }));
    const json = jsonModel(name);
    found.set(
      name,
      Object.fromEntries(fields.map((each) => [each.field.number, fieldText(name, each, json)])),
    );
    queue.push(...fields.map(({ shape }) => shape.type).filter((type) => type.includes(".")));
  }
  return [...found].toSorted(([left], [right]) => (left < right ? -1 : 1));
}

interface Shape {
  /** A scalar's name, or a message's short name. */
  readonly type: string;
  readonly container: "" | "list" | "map";
}

const SCALARS: Readonly<Record<number, string>> = {
  1: "double",
  3: "int",
  5: "int",
  8: "bool",
  9: "string",
  12: "bytes",
};

function shapeOf(field: FieldDescriptor, descriptors: ReadonlyMap<string, MessageDescriptor>): Shape {
  const entry = descriptors.get(field.message);
  if (!entry?.isMapEntry) return { type: typeOf(field), container: field.isRepeated ? "list" : "" };
  const value = entry.fields.find(({ number }) => number === 2);
  if (!value) throw new Error(`Cannot describe ${field.message}: its entries have no value`);
  return { type: typeOf(value), container: "map" };
}

function typeOf({ type, message, name }: FieldDescriptor): string {
  const found = message === "" ? SCALARS[type] : shortName(message);
  if (found === undefined) throw new Error(`Cannot describe field ${name}: it has the unknown type ${type}`);
  return found;
}

/** `replicas int`, `env core.v1.EnvVar list`: the name in JSON, the type, and what is particular about it. */
function fieldText(
  owner: string,
  { field, shape }: { readonly field: FieldDescriptor; readonly shape: Shape },
  json: JsonModel | undefined,
): string {
  const path = `${owner.slice(owner.lastIndexOf(".") + 1)}.${field.name}`;
  const name = JSON_NAMES[path] ?? field.name;
  const mode = shape.container || singleMode([path, `${owner}.${field.name}`], { name, shape }, json);
  return [name, shape.type, mode].filter(Boolean).join(" ");
}

/** `inline`: the members of the message are the parent's own. `sparse`: its zero is left out. */
function singleMode(
  paths: readonly string[],
  { name, shape: { type } }: { readonly name: string; readonly shape: Shape },
  json: JsonModel | undefined,
): "" | "inline" | "sparse" {
  const isIn = (facts: readonly string[]): boolean => paths.some((path) => facts.includes(path));
  if (type.includes(".")) {
    if (isIn(PLAIN_INT_OR_STRINGS)) return "sparse";
    return json !== undefined && !json.names.has(name) ? "inline" : "";
  }
  if (json?.required.has(name)) return "";
  if (type === "string") return isIn(POINTER_TEXTS) ? "" : "sparse";
  return isIn(PLAIN_NUMBERS) ? "sparse" : "";
}

/** What the typed client knows of a struct's JSON. */
interface JsonModel {
  readonly names: ReadonlySet<string>;
  readonly required: ReadonlySet<string>;
}

const modelsFolder = join(
  dirname(createRequire(import.meta.url).resolve("@kubernetes/client-node")),
  "gen",
  "models",
);

function jsonModel(message: string): JsonModel | undefined {
  const [group = "", version = "", name = ""] = message
    .split(".")
    .map((each) => each.charAt(0).toUpperCase() + each.slice(1));
  const file = [`${version}${name}`, `${group}${version}${name}`]
    .map((model) => join(modelsFolder, `${model}.d.ts`))
    .find((path) => existsSync(path));
  if (file === undefined) return undefined;
  const declared = [...readFileSync(file, "utf8").matchAll(/^ {4}'([^']+)'(\??): /gm)];
  return {
    names: new Set(declared.map(([, property]) => jsonName(property as string))),
    required: new Set(
      declared.filter(([, , mark]) => mark === "").map(([, property]) => jsonName(property as string)),
    ),
  };
}

/** The typed client writes `_default` for what TypeScript reserves, and `x_kubernetes_` for dashes. */
function jsonName(property: string): string {
  return property.replace(/^x_kubernetes_(.*)$/, (all) => all.replaceAll("_", "-")).replace(/^_/, "");
}

/** A misspelt fact would do nothing, and nobody would notice. */
function assertFactsAreUsed(messages: readonly (readonly [name: string, fields: FieldTexts])[]): void {
  const known = new Set(
    messages.flatMap(([message, fields]) => {
      const short = message.slice(message.lastIndexOf(".") + 1);
      return Object.values(fields).flatMap((text) => {
        const name = text.split(" ")[0];
        return [`${message}.${name}`, `${short}.${name}`];
      });
    }),
  );
  const facts = [...PLAIN_NUMBERS, ...POINTER_TEXTS, ...PLAIN_INT_OR_STRINGS];
  const unknown = facts.filter((fact) => !known.has(fact) && !(fact in JSON_NAMES));
  if (unknown.length > 0)
    throw new Error(`Cannot use these facts, no message has the fields: ${unknown.join(", ")}`);
}

generate();
