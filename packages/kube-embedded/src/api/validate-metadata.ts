import {
  type FieldCause,
  isDns1035Label,
  isDns1123Label,
  isDns1123Subdomain,
  isLabelValue,
  isQualifiedName,
  type KubeObject,
  type ObjectMeta,
  type OwnerReference,
} from "@heliostat/kube";
import type { NameRule, ServedResource } from "../registry/served-resource.ts";
import { forbiddenField, invalidValue, requiredValue } from "./field-causes.ts";

/** What is wrong with an object's metadata, in Kubernetes' words. `stored` is the object before an update. */
export function metadataProblems(
  { metadata }: KubeObject,
  {
    nameRule = "subdomain",
    mayBeBare = false,
    stored,
  }: {
    readonly nameRule?: NameRule;
    /** Whether finalizers need no domain: those of custom objects and of their definitions. @default false */
    readonly mayBeBare?: boolean;
    readonly stored?: KubeObject | undefined;
  },
): readonly FieldCause[] {
  return [
    ...(stored ? [] : nameProblems(metadata, nameRule)),
    ...labelProblems(metadata.labels ?? {}, "metadata.labels"),
    ...annotationProblems(metadata.annotations ?? {}),
    ...finalizerProblems(metadata, stored?.metadata),
    ...(mayBeBare ? [] : bareFinalizerProblems(metadata)),
    ...ownerProblems(metadata.ownerReferences ?? []),
  ];
}

function nameProblems({ name, generateName }: ObjectMeta, rule: NameRule): readonly FieldCause[] {
  const prefix = generateName && `${generateName.slice(0, LONGEST_PREFIX)}x`;
  if (prefix && nameDetails(prefix, rule).length > 0)
    return nameDetails(prefix, rule).map((detail) =>
      invalidValue("metadata.generateName", generateName, detail),
    );
  if (name === "") return [requiredValue("metadata.name", "name or generateName is required")];
  return nameDetails(name, rule).map((detail) => invalidValue("metadata.name", name, detail));
}

/** What keeps a text from being a name of this rule: its length, and its letters. */
export function nameDetails(name: string, rule: NameRule): readonly string[] {
  if (rule === "pathSegment") return pathTraps(name);
  const { longest, hasForm, form } = NAME_RULES[rule];
  return [
    ...(name.length > longest ? [`must be no more than ${longest} characters`] : []),
    ...(hasForm(name.slice(0, longest)) ? [] : [form]),
  ];
}

/** What makes a name unfit to stand in a path. */
export function pathTraps(name: string): readonly string[] {
  if (name === "." || name === "..") return [`may not be '${name}'`];
  return ["/", "%"].filter((each) => name.includes(each)).map((each) => `may not contain '${each}'`);
}

/** A generated name ends in five random characters and has at most 63. */
export const LONGEST_PREFIX = 58;

interface NameForm {
  readonly longest: number;
  readonly form: string;
  hasForm(text: string): boolean;
}

const NAME_RULES: Readonly<Record<Exclude<NameRule, "pathSegment">, NameForm>> = {
  subdomain: {
    longest: 253,
    hasForm: isDns1123Subdomain,
    form:
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start " +
      "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
      "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  },
  label: {
    longest: 63,
    hasForm: isDns1123Label,
    form:
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end " +
      "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is " +
      "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  },
  label1035: {
    longest: 63,
    hasForm: isDns1035Label,
    form:
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic " +
      "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation " +
      "is '[a-z]([-a-z0-9]*[a-z0-9])?')",
  },
};

const LABEL_VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and " +
  "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
  "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const QUALIFIED_NAME_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
  "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
  "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const TWO_SLASHES = `${QUALIFIED_NAME_RULE.replace("name part", "a qualified name")} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;
const LONGEST_LABEL_VALUE = 63;
const MOST_ANNOTATION_BYTES = 262_144;

export function labelProblems(
  labels: Readonly<Record<string, string>>,
  field: string,
): readonly FieldCause[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedNameProblems(field, key),
    ...(isLabelValue(value) ? [] : [invalidValue(field, value, labelValueDetail(value))]),
  ]);
}

/** The problem of a text that ought to be a label's key, or a name of its form. */
function qualifiedNameProblems(field: string, text: string): readonly FieldCause[] {
  if (isQualifiedName(text)) return [];
  return [invalidValue(field, text, qualifiedNameDetail(text))];
}

/** What keeps a text from being a qualified name, when it is none. */
export function qualifiedNameDetail(text: string): string {
  return text.split("/").length > 2 ? TWO_SLASHES : QUALIFIED_NAME_RULE;
}

/** What keeps a text from being the value of a label, when it is none. */
export function labelValueDetail(value: string): string {
  return value.length > LONGEST_LABEL_VALUE
    ? `must be no more than ${LONGEST_LABEL_VALUE} characters`
    : LABEL_VALUE_RULE;
}

function annotationProblems(annotations: Readonly<Record<string, string>>): readonly FieldCause[] {
  const field = "metadata.annotations";
  const entries = Object.entries(annotations);
  const bytes = entries.reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  const badKeys = entries
    .filter(([key]) => !isQualifiedName(key.toLowerCase()))
    .flatMap(([key]) => qualifiedNameProblems(field, key));
  if (bytes <= MOST_ANNOTATION_BYTES) return badKeys;
  const message = `Too long: may not be more than ${MOST_ANNOTATION_BYTES} bytes`;
  return [...badKeys, { reason: "FieldValueTooLong", field, message }];
}

/** Once deletion has begun, finalizers can only go. */
function finalizerProblems(
  { finalizers = [] }: ObjectMeta,
  stored: ObjectMeta | undefined,
): readonly FieldCause[] {
  const field = "metadata.finalizers";
  const isTorn = finalizers.includes("orphan") && finalizers.includes("foregroundDeletion");
  const torn = "finalizer orphan and foregroundDeletion cannot be both set";
  const malformed = [
    ...finalizers.flatMap((each) => qualifiedNameProblems(field, each)),
    ...(isTorn ? [invalidValue(field, finalizers, torn)] : []),
  ];
  const known = stored?.finalizers ?? [];
  const added = finalizers.filter((each) => !known.includes(each));
  if (stored?.deletionTimestamp === undefined || added.length === 0) return malformed;
  const detail = "no new finalizers can be added if the object is being deleted, found new finalizers";
  return [...malformed, forbiddenField(field, `${detail} ${goTexts(added)}`)];
}

/** As Go prints a list of texts. */
function goTexts(texts: readonly string[]): string {
  return `[]string{${texts.map((each) => JSON.stringify(each)).join(", ")}}`;
}

/** Finalizers that belong to Kubernetes itself and so need no domain. */
const STANDARD_FINALIZERS: readonly string[] = ["kubernetes", "orphan", "foregroundDeletion"];

function isBare(finalizer: string): boolean {
  return !finalizer.includes("/") && !STANDARD_FINALIZERS.includes(finalizer);
}

function bareFinalizerProblems({ finalizers = [] }: ObjectMeta): readonly FieldCause[] {
  const detail = "name is neither a standard finalizer name nor is it fully qualified";
  return finalizers.flatMap((each, index) =>
    isBare(each) ? [invalidValue(`metadata.finalizers[${index}]`, each, detail)] : [],
  );
}

/** Kubernetes holds the objects of its extensions to no more than the form of a name. */
export function mayBeBare({ isCustom, group }: Pick<ServedResource, "isCustom" | "group">): boolean {
  return isCustom || group === "apiextensions.k8s.io";
}

/** What Kubernetes says to who gives a custom object a finalizer that somebody else might use as well. */
export function finalizerWarnings({ metadata }: KubeObject, stored?: KubeObject): readonly string[] {
  const known = stored?.metadata.finalizers ?? [];
  return (metadata.finalizers ?? [])
    .filter((each) => isBare(each) && !known.includes(each))
    .map(
      (each) =>
        `metadata.finalizers: ${JSON.stringify(each)}: prefer a domain-qualified finalizer name including a path (/) ` +
        "to avoid accidental conflicts with other finalizer writers",
    );
}

function ownerProblems(owners: readonly OwnerReference[]): readonly FieldCause[] {
  const field = "metadata.ownerReferences";
  const missing = owners.flatMap((owner) =>
    (["apiVersion", "kind", "name", "uid"] as const)
      .filter((key) => typeof owner[key] !== "string" || owner[key] === "")
      .map((key) => invalidValue(`${field}.${key}`, owner[key] ?? "", "must not be empty")),
  );
  const banned = owners
    .filter(({ apiVersion, kind }) => apiVersion === "v1" && kind === "Event")
    .map((owner) => invalidValue(field, owner, "/v1, Kind=Event is disallowed from being an owner"));
  const controllers = owners.filter(({ controller }) => controller === true);
  if (controllers.length < 2) return [...missing, ...banned];
  const [first, second] = controllers.map(({ kind, name }) => `${kind}/${name}`);
  const detail = `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${second}`;
  return [...missing, ...banned, invalidValue(field, owners, detail)];
}
