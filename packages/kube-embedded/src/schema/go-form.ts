import { canonicalQuantity, type Schema } from "@heliostat/kube";
import { OWN_FORMATS } from "./formats.ts";
import { PLAIN_INT_OR_STRINGS, PLAIN_NUMBERS, POINTER_TEXTS } from "./go-zeros.ts";
import { isJsonObject, mapItems, mapMembers } from "./json-value.ts";
import type { SchemaScope } from "./schema-scope.ts";

/** A value in its form; `undefined` where it says nothing. */
type Form = (value: unknown) => unknown;

/**
 * The form in which Kubernetes' Go types hold a value of the definition of that name, and therefore answer it: texts,
 * lists, maps, numbers and flags that are empty or zero are not there, unless the field is required or a pointer, and
 * quantities are canonical (`0.5` is `500m`). What is frozen comes from the store and has that form; a status keeps
 * the form in which its controller wrote it, and will look for it. Parts in which nothing changes are shared.
 */
export function goForm(definition: string, scope: SchemaScope): Form {
  const definitions = new Map<string, Form>();
  return definitionForm(definition);

  function definitionForm(name: string): Form {
    const known = definitions.get(name);
    if (known !== undefined) return known;
    const { properties = {}, required = [] } = scope.resolve({ $ref: name });
    const members = new Map<string, Form>();
    const form: Form = (value) =>
      isJsonObject(value) && !Object.isFrozen(value)
        ? mapMembers(value, (member, field) => memberForm(field)(member))
        : value;
    definitions.set(name, form);
    return form;

    function memberForm(field: string): Form {
      const found = members.get(field);
      if (found !== undefined) return found;
      const schema = Object.hasOwn(properties, field) ? properties[field] : undefined;
      const made =
        schema && field !== "status"
          ? fieldForm({ name, field, schema, isRequired: required.includes(field) })
          : asIs;
      members.set(field, made);
      return made;
    }
  }

  function fieldForm({ name, field, schema, isRequired }: Field): Form {
    const form = valueForm(schema);
    if (isRequired || isNamed(name, field)) return form;
    const saysNothing = emptinessOf(`${MESSAGES[name] ?? name}.${field}`, schema);
    return (value) => {
      const formed = form(value);
      return saysNothing(formed) ? undefined : formed;
    };
  }

  function valueForm({ $ref, items, additionalProperties, ...schema }: Schema): Form {
    if ($ref !== undefined) return definitionForm($ref);
    if (isQuantity(schema)) return (value) => quantity(value);
    if (items) return eachItem(valueForm(items));
    if (typeof additionalProperties !== "object") return asIs;
    return eachMember(isQuantity(additionalProperties) ? amount : valueForm(additionalProperties));
  }
}

interface Field {
  readonly name: string;
  readonly field: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

function asIs(value: unknown): unknown {
  return value;
}

function eachItem(form: Form): Form {
  return (value) => (Array.isArray(value) && !Object.isFrozen(value) ? mapItems(value, form) : value);
}

function eachMember(form: Form): Form {
  return (value) => (isJsonObject(value) && !Object.isFrozen(value) ? mapMembers(value, form) : value);
}

/** Quantities are the only values of built-in kinds that may be a number or a text of some form. */
function isQuantity({ pattern, format, "x-kubernetes-int-or-string": isEither }: Schema): boolean {
  return isEither === true && (pattern !== undefined || format === OWN_FORMATS.quantity);
}

const MILLI = -3;

/** An amount of a resource; Kubernetes keeps thousandths of these, and rounds up. */
function amount(value: unknown): unknown {
  return quantity(value, MILLI);
}

function quantity(value: unknown, finest?: number): unknown {
  if (typeof value !== "string" && typeof value !== "number") return value;
  return canonicalQuantity(value, finest) ?? value;
}

/** The server itself asks objects for their names, and takes an empty one for none. */
function isNamed(definition: string, field: string): boolean {
  return definition === "ObjectMeta" && field === "name";
}

/** Definitions whose protobuf message has another name. */
const MESSAGES: Readonly<Record<string, string>> = {
  CoreEvent: "Event",
  CoreEventSeries: "core.v1.EventSeries",
  EndpointPort: "discovery.v1.EndpointPort",
  EphemeralContainer: "EphemeralContainerCommon",
  HorizontalPodAutoscalerStatus: "autoscaling.v2.HorizontalPodAutoscalerStatus",
};

const PLAIN: ReadonlySet<string> = new Set([...PLAIN_NUMBERS, ...PLAIN_INT_OR_STRINGS]);
const POINTERS: ReadonlySet<string> = new Set(POINTER_TEXTS);

/** Which values of a field say nothing. */
function emptinessOf(path: string, { type, additionalProperties }: Schema): (value: unknown) => boolean {
  if (PLAIN.has(path)) return (value) => value === 0 || value === false || value === "";
  if (type === "string") return (value) => value === "" && !POINTERS.has(path);
  if (type === "array") return (value) => Array.isArray(value) && value.length === 0;
  if (additionalProperties === undefined) return () => false;
  return (value) => isJsonObject(value) && Object.keys(value).length === 0;
}
