import ts from "typescript";
import type { Schema } from "../../packages/kube/src/schemas.ts";

/**
 * What a doc comment adds to a type. The text of the comment becomes the description; these tags say what a
 * TypeScript type cannot:
 *
 * | Tag | On | Meaning |
 * |---|---|---|
 * | `@default JSON` | field | the API server fills it in |
 * | `@required` | field | required in the CRD though optional in TypeScript; it has a default |
 * | `@nullable` | field | `null` is a value |
 * | `@openEnum` | field | the union of literals is not enforced; any string is accepted |
 * | `@minimum N`, `@maximum N` | field | bounds of a number |
 * | `@minLength N`, `@maxLength N`, `@pattern RE` | field | bounds of a string |
 * | `@minItems N`, `@maxItems N` | field | bounds of a list |
 * | `@listType set`, `@listType atomic` | field | how server-side apply merges the list |
 * | `@listMapKeys KEY ...` | field | the list is a map with these keys |
 * | `@celRule EXPR`, then `@celMessage TEXT` | field, interface | a validation rule; as many as wanted |
 * | `@schema NAME` | interface | stands for Kubernetes' own type of that name |
 * | `@plural NAME` | kind | the resource's name in URLs |
 * | `@shortName NAME` | kind | how kubectl may abbreviate it |
 * | `@scale SPEC \| STATUS \| SELECTOR` | kind | the paths of its scale subresource |
 * | `@printColumn NAME \| TYPE \| PATH [\| wide]` | kind | a column of `kubectl get`, in this order |
 * | `@deprecated TEXT` | kind | the version warns its clients with this text |
 */
export interface DocTags {
  readonly description?: string;
  /** Tags in the order of the comment; several of one name are all kept. */
  readonly tags: readonly DocTag[];
}

interface DocTag {
  readonly name: string;
  readonly text: string;
}

const NUMBERS = ["minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"];
const FOR_OTHERS = [
  "required",
  "openEnum",
  "schema",
  "plural",
  "shortName",
  "scale",
  "printColumn",
  "deprecated",
  "celRule",
  "celMessage",
];

/** The doc comment of a declaration. */
export function docTags(declaration: ts.Node): DocTags {
  const comment = ts.getJSDocCommentsAndTags(declaration).find(ts.isJSDoc);
  const description = oneLine(ts.getTextOfJSDocComment(comment?.comment));
  const tags = ts.getJSDocTags(declaration).map((tag) => ({
    name: tag.tagName.text,
    text: oneLine(ts.getTextOfJSDocComment(tag.comment)),
  }));
  return { ...(description !== "" && { description }), tags };
}

/** The text of the first tag of this name; `""` for a tag without text. */
export function tagText({ tags }: DocTags, name: string): string | undefined {
  return tags.find((tag) => tag.name === name)?.text;
}

/** What the comment adds to a schema: description, bounds, default, list type, rules. */
export function documentedFacts(doc: DocTags): Schema {
  const rules = celRules(doc.tags);
  return Object.assign(
    {},
    doc.description !== undefined && { description: doc.description },
    ...doc.tags.map(tagFacts),
    rules.length > 0 && { "x-kubernetes-validations": rules },
  );
}

function tagFacts({ name, text }: DocTag): Record<string, unknown> {
  if (NUMBERS.includes(name)) return { [name]: Number(text) };
  if (name === "default") return { default: JSON.parse(text) };
  if (name === "pattern") return { pattern: text };
  if (name === "nullable") return { nullable: true };
  if (name === "listType") return { "x-kubernetes-list-type": text };
  if (name === "listMapKeys") {
    return { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": text.split(" ") };
  }
  if (FOR_OTHERS.includes(name)) return {};
  throw new Error(`Cannot make a schema: unknown tag "@${name} ${text}"`);
}

function celRules(tags: readonly DocTag[]): { rule: string; message: string }[] {
  return tags.flatMap(({ name, text }, index) => {
    if (name !== "celRule") return [];
    const message = tags[index + 1];
    if (message?.name !== "celMessage") {
      throw new Error(`Cannot make a schema: the rule "${text}" has no @celMessage`);
    }
    return [{ rule: text, message: message.text }];
  });
}

function oneLine(text: string | undefined): string {
  return (text ?? "").replace(/\s*\n\s*/g, " ").trim();
}
