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
import type { NameRule } from "../registry/served-resource.ts";
import { forbiddenField, invalidValue, requiredValue } from "./field-causes.ts";

/** What is wrong with an object's metadata, in Kubernetes' words. `stored` is the object before an update. */
export function metadataProblems(
  { metadata }: KubeObject,
  {
    nameRule = "subdomain",
    stored,
  }: { readonly nameRule?: NameRule; readonly stored?: KubeObject | undefined },
): readonly FieldCause[] {
  return [
    ...(stored ? [] : nameProblems(metadata, nameRule)),
    ...labelProblems(metadata.labels ?? {}),
    ...annotationProblems(metadata.annotations ?? {}),
    ...finalizerProblems(metadata, stored?.metadata),
    ...ownerProblems(metadata.ownerReferences ?? []),
  ];
}

function nameProblems({ name, generateName }: ObjectMeta, rule: NameRule): readonly FieldCause[] {
  const [isValid, detail] = NAME_RULES[rule];
  if (generateName && !isValid(`${generateName.slice(0, LONGEST_PREFIX)}x`))
    return [invalidValue("metadata.generateName", generateName, detail)];
  if (name === "") return [requiredValue("metadata.name", "name or generateName is required")];
  return isValid(name) ? [] : [invalidValue("metadata.name", name, detail)];
}

/** A generated name ends in five random characters and has at most 63. */
export const LONGEST_PREFIX = 58;

const NAME_RULES: Readonly<Record<NameRule, readonly [(text: string) => boolean, string]>> = {
  subdomain: [
    isDns1123Subdomain,
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start " +
      "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
      "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  ],
  label: [
    isDns1123Label,
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end " +
      "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is " +
      "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  ],
  label1035: [
    isDns1035Label,
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic " +
      "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation " +
      "is '[a-z]([-a-z0-9]*[a-z0-9])?')",
  ],
  pathSegment: [
    (text) => text !== "." && text !== ".." && !/[/%]/.test(text),
    "may not be '.' or '..' and may not contain '/' or '%'",
  ],
};

const LABEL_VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and " +
  "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
  "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const QUALIFIED_NAME_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
  "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
  "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LONGEST_LABEL_VALUE = 63;
const MOST_ANNOTATION_BYTES = 262_144;

function labelProblems(labels: Readonly<Record<string, string>>): readonly FieldCause[] {
  const field = "metadata.labels";
  return Object.entries(labels).flatMap(([key, value]) => [
    ...(isQualifiedName(key) ? [] : [invalidValue(field, key, QUALIFIED_NAME_RULE)]),
    ...(isLabelValue(value) ? [] : [invalidValue(field, value, labelValueDetail(value))]),
  ]);
}

function labelValueDetail(value: string): string {
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
    .map(([key]) => invalidValue(field, key, QUALIFIED_NAME_RULE));
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
  const malformed = finalizers
    .filter((each) => !isQualifiedName(each))
    .map((each) => invalidValue(field, each, QUALIFIED_NAME_RULE));
  const known = stored?.finalizers ?? [];
  const added = finalizers.filter((each) => !known.includes(each));
  if (stored?.deletionTimestamp === undefined || added.length === 0) return malformed;
  const detail = "no new finalizers can be added if the object is being deleted, found new finalizers";
  return [...malformed, forbiddenField(field, `${detail} ${JSON.stringify(added)}`)];
}

function ownerProblems(owners: readonly OwnerReference[]): readonly FieldCause[] {
  const field = "metadata.ownerReferences";
  const missing = owners.flatMap((owner) =>
    (["apiVersion", "kind", "name", "uid"] as const)
      .filter((key) => typeof owner[key] !== "string" || owner[key] === "")
      .map((key) => invalidValue(`${field}.${key}`, owner[key] ?? "", "must not be empty")),
  );
  const controllers = owners.filter(({ controller }) => controller === true);
  if (controllers.length < 2) return missing;
  const [first, second] = controllers.map(({ kind, name }) => `${kind}/${name}`);
  const detail = `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${second}`;
  return [...missing, invalidValue(field, null, detail)];
}
