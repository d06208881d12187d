import ts from "typescript";
import type { Schema } from "../../packages/kube/src/schemas.ts";
import { type DocTags, docTags, documentedFacts, tagText } from "./doc-tags.ts";
import { QUANTITY } from "./kube-facts.ts";

/** The number and string types that `scalars.ts` names. */
const SCALARS: Readonly<Record<string, Schema>> = {
  Int32: { type: "integer", format: "int32" },
  Int64: { type: "integer", format: "int64" },
  Float32: { type: "number" },
  Quantity: QUANTITY,
  IntOrString: { anyOf: [{ type: "integer" }, { type: "string" }], "x-kubernetes-int-or-string": true },
  Base64: { type: "string", format: "byte" },
  Timestamp: { type: "string", format: "date-time" },
};

/**
 * Structural schemas of TypeScript interfaces, read from their source. Every interface becomes one definition by its
 * own name, and fields point at it with `$ref`; what an interface inherits (`extends Pick<...>`) is written out.
 * Kubernetes' own types are not defined here: they are pointed at.
 */
export class TypeSchemas {
  readonly #checker: ts.TypeChecker;
  readonly #foreign: ReadonlySet<string>;
  readonly #definitions = new Map<string, Schema>();
  readonly #declarations = new Map<string, ts.InterfaceDeclaration>();

  /** `foreign` are the names that are defined elsewhere and only pointed at. */
  constructor(checker: ts.TypeChecker, foreign: ReadonlySet<string>) {
    this.#checker = checker;
    this.#foreign = foreign;
  }

  /** All definitions so far, by name, in alphabetical order. */
  get definitions(): Readonly<Record<string, Schema>> {
    return Object.fromEntries([...this.#definitions].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The schema of a field's declared type. */
  ofNode(node: ts.TypeNode): Schema {
    if (ts.isParenthesizedTypeNode(node) || ts.isTypeOperatorNode(node)) return this.ofNode(node.type);
    if (ts.isArrayTypeNode(node)) return { type: "array", items: this.ofNode(node.elementType) };
    if (node.kind === ts.SyntaxKind.StringKeyword) return { type: "string" };
    if (node.kind === ts.SyntaxKind.BooleanKeyword) return { type: "boolean" };
    if (ts.isTypeReferenceNode(node)) return this.#ofReference(node);
    const type = this.#checker.getTypeFromTypeNode(node);
    const members = type.isUnion() ? type.types : [type];
    if (members.every((member) => member.isStringLiteral())) {
      return { type: "string", enum: members.map((member) => member.value) };
    }
    throw new Error(`Cannot make a schema: no rule for the type "${node.getText()}"`);
  }

  /** A pointer at the definition of an interface, which is made when it is first asked for. */
  ofInterface(declaration: ts.InterfaceDeclaration): Schema {
    const name = declaration.name.text;
    if (this.#declarations.get(name) === declaration) return { $ref: name };
    const doc = docTags(declaration);
    const foreign = tagText(doc, "schema") ?? (isForeign(declaration) ? name : undefined);
    if (foreign !== undefined) return this.#foreignReference(foreign);
    if (this.#declarations.has(name) || this.#foreign.has(name)) {
      throw new Error(`Cannot make a schema: "${name}" stands for two types`);
    }
    this.#declarations.set(name, declaration);
    this.#definitions.set(name, this.#objectSchema(declaration, doc));
    return { $ref: name };
  }

  #ofReference(node: ts.TypeReferenceNode): Schema {
    const name = node.typeName.getText();
    const [first, second] = node.typeArguments ?? [];
    if (name === "Readonly" && first) return this.ofNode(first);
    if (name === "Record" && second) return { type: "object", additionalProperties: this.ofNode(second) };
    if (name in SCALARS) return SCALARS[name] as Schema;
    const declaration = this.#declarationOf(node.typeName);
    if (ts.isInterfaceDeclaration(declaration)) return this.ofInterface(declaration);
    if (ts.isTypeAliasDeclaration(declaration)) return this.ofNode(declaration.type);
    throw new Error(`Cannot make a schema: "${name}" is neither an interface nor a type alias`);
  }

  #declarationOf(name: ts.EntityName): ts.Declaration {
    const symbol = this.#checker.getSymbolAtLocation(name);
    const isAlias = symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    const declaration = (isAlias ? this.#checker.getAliasedSymbol(symbol) : symbol)?.declarations?.[0];
    if (!declaration) throw new Error(`Cannot make a schema: "${name.getText()}" is not declared`);
    return declaration;
  }

  #foreignReference(name: string): Schema {
    if (!this.#foreign.has(name)) throw new Error(`Cannot make a schema: Kubernetes has no type "${name}"`);
    return { $ref: name };
  }

  #objectSchema(declaration: ts.InterfaceDeclaration, doc: DocTags): Schema {
    const properties = this.#checker
      .getPropertiesOfType(this.#checker.getTypeAtLocation(declaration))
      .map((symbol) => ({ name: symbol.name, declaration: propertyDeclaration(symbol) }));
    const required = properties.filter((each) => isRequired(each.declaration)).map((each) => each.name);
    return {
      type: "object",
      ...documentedFacts(doc),
      ...(required.length > 0 && { required }),
      properties: Object.fromEntries(
        properties.map((each) => [each.name, this.#fieldSchema(each.declaration)]),
      ),
    };
  }

  #fieldSchema(declaration: PropertyDeclaration): Schema {
    const doc = docTags(declaration);
    const { enum: literals, ...open } = this.ofNode(declaration.type);
    const isEnforced = literals !== undefined && tagText(doc, "openEnum") === undefined;
    return { ...open, ...(isEnforced && { enum: literals }), ...documentedFacts(doc) };
  }
}

type PropertyDeclaration = ts.PropertySignature & { readonly type: ts.TypeNode };

function propertyDeclaration(symbol: ts.Symbol): PropertyDeclaration {
  const declaration = symbol.declarations?.[0];
  if (declaration && ts.isPropertySignature(declaration) && declaration.type) {
    return declaration as PropertyDeclaration;
  }
  throw new Error(`Cannot make a schema: the field "${symbol.name}" has no declared type`);
}

function isRequired(declaration: PropertyDeclaration): boolean {
  return !declaration.questionToken || tagText(docTags(declaration), "required") !== undefined;
}

function isForeign(declaration: ts.Declaration): boolean {
  return declaration.getSourceFile().fileName.includes("/packages/kube/");
}
