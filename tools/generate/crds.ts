import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import type { Schema } from "../../packages/kube/src/schemas.ts";
import { ATOMIC_IN_CRDS, CONDITION } from "./crd-facts.ts";
import { type DocTags, docTags, tagText } from "./doc-tags.ts";
import { TypeSchemas } from "./type-schemas.ts";

/** A kind in one version, as its interface declares it. */
interface KindVersion {
  readonly declaration: ts.InterfaceDeclaration;
  readonly doc: DocTags;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const root = join(import.meta.dirname, "../..");

/** A room whose kinds have CRDs: where their types are. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  ray: [
    "raycluster/types.ts",
    "rayjob/types.ts",
    "rayservice/types.ts",
    "raycronjob/types.ts",
    "crds/v1alpha1-types.ts",
  ],
  engines: ["domino/ray-types.ts", "domino/dask-types.ts", "domino/spark-types.ts", "domino/mpi-types.ts"],
};

/**
 * The CRDs of the ray.io kinds and of Domino's, from their TypeScript types. An interface with an `apiVersion` and a
 * `kind` is a kind in one version; the tags of `doc-tags.ts` say the rest.
 *
 * The files are compact: schemas point with `$ref` at `definitions.json`, and from there at Kubernetes' own
 * definitions. `structuralSchemas` of the kube room puts them together.
 *
 * @returns file contents by path below the repository root.
 */
export async function crds(): Promise<Record<string, string>> {
  return Object.assign({}, ...Object.entries(ROOMS).map(([room, files]) => crdsOf(room, files)));
}

function crdsOf(room: string, sourceFiles: readonly string[]): Record<string, string> {
  const sources = sourceFiles.map((file) => join(root, "packages", room, "src", file));
  const program = ts.createProgram(sources, compilerOptions());
  const kube = kubeSchemas();
  const schemas = new TypeSchemas(program.getTypeChecker(), new Set(Object.keys(kube)));
  const versions = sources.flatMap((file) => kindVersions(program.getSourceFile(file) as ts.SourceFile));
  const kinds = [...new Set(versions.map(({ kind }) => kind))];
  const manifests = kinds.map((kind) =>
    definitionOf(
      versions.filter((each) => each.kind === kind),
      schemas,
    ),
  );
  const files: Record<string, unknown> = Object.fromEntries(
    manifests.map((manifest) => [manifest.spec.names.plural, manifest]),
  );
  files["definitions"] = { ...schemas.definitions, ...adapted(kube) };
  return Object.fromEntries(
    Object.entries(files).map(([name, content]) => [
      `packages/${room}/gen/crds/${name}.json`,
      `${JSON.stringify(content, null, 1)}\n`,
    ]),
  );
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  return { ...options, lib: ["lib.es2023.d.ts"], noEmit: true };
}

function kubeSchemas(): Readonly<Record<string, Schema>> {
  return JSON.parse(readFileSync(join(root, "packages/kube/gen/schemas.json"), "utf8"));
}

function kindVersions(source: ts.SourceFile): readonly KindVersion[] {
  return source.statements.filter(ts.isInterfaceDeclaration).flatMap((declaration) => {
    const apiVersion = literalField(declaration, "apiVersion");
    if (apiVersion === undefined) return [];
    const doc = docTags(declaration);
    const [group = "", version = ""] = apiVersion.split("/");
    const kind = declaration.name.text.replace(/V\d+(Alpha|Beta)\d+$/, "");
    return [{ declaration, doc, group, version, kind }];
  });
}

function literalField(declaration: ts.InterfaceDeclaration, name: string): string | undefined {
  const field = declaration.members.find((member) => member.name?.getText() === name);
  const type = field && ts.isPropertySignature(field) ? field.type : undefined;
  return type && ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)
    ? type.literal.text
    : undefined;
}

/** The definition of one kind. The first version is the one that is stored. */
function definitionOf(versions: readonly KindVersion[], schemas: TypeSchemas) {
  const { kind, group, doc } = versions[0] as KindVersion;
  const plural = tagText(doc, "plural");
  const shortName = tagText(doc, "shortName");
  if (!plural) throw new Error(`Cannot make a CRD: the kind "${kind}" has no @plural`);
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: {
        ...{ kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), categories: ["all"] },
        ...(shortName !== undefined && { shortNames: [shortName] }),
      },
      scope: "Namespaced",
      versions: versions.map((version) => versionOf(version, schemas)),
    },
  };
}

function versionOf({ declaration, doc, group, version, kind }: KindVersion, schemas: TypeSchemas) {
  const columns = doc.tags.filter(({ name }) => name === "printColumn").map(({ text }) => printColumn(text));
  const deprecation = tagText(doc, "deprecated");
  return {
    name: version,
    served: true,
    storage: deprecation === undefined,
    ...(deprecation !== undefined && {
      deprecated: true,
      deprecationWarning: `${group}/${version} ${kind} is deprecated: ${deprecation}`,
    }),
    ...(columns.length > 0 && { additionalPrinterColumns: columns }),
    subresources: { status: {}, ...scaleOf(doc) },
    schema: { openAPIV3Schema: rootSchema(declaration, schemas) },
  };
}

function scaleOf(doc: DocTags) {
  const text = tagText(doc, "scale");
  if (text === undefined) return {};
  const [specReplicasPath, statusReplicasPath, labelSelectorPath] = text
    .split("|")
    .map((part) => part.trim());
  if (!specReplicasPath || !statusReplicasPath || !labelSelectorPath)
    throw new Error(`Cannot make a CRD: "@scale ${text}" is not "SPEC | STATUS | SELECTOR"`);
  return { scale: { specReplicasPath, statusReplicasPath, labelSelectorPath } };
}

/** A kind's own fields are the API server's business, and a missing spec is what validation speaks about. */
function rootSchema(declaration: ts.InterfaceDeclaration, schemas: TypeSchemas): Schema {
  const { description } = docTags(declaration);
  const field = (name: string): Schema => {
    const member = declaration.members.find((each) => each.name?.getText() === name);
    return schemas.ofNode((member as ts.PropertySignature).type as ts.TypeNode);
  };
  return {
    ...(description !== undefined && { description }),
    type: "object",
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { type: "object" },
      spec: field("spec"),
      status: field("status"),
    },
  };
}

function printColumn(text: string) {
  const [name, type, jsonPath, width] = text.split("|").map((part) => part.trim());
  if (!name || !type || !jsonPath || (width !== undefined && width !== "wide")) {
    throw new Error(`Cannot make a CRD: "@printColumn ${text}" is not "NAME | TYPE | PATH [| wide]"`);
  }
  return { name, type, jsonPath, ...(width === "wide" && { priority: 1 }) };
}

/** Kubernetes' own definitions where a CRD needs them different. */
function adapted(kube: Readonly<Record<string, Schema>>): Readonly<Record<string, Schema>> {
  const atomic = ATOMIC_IN_CRDS.map((name) => [name, { ...kube[name], "x-kubernetes-map-type": "atomic" }]);
  return { ...Object.fromEntries(atomic), Condition: CONDITION };
}
