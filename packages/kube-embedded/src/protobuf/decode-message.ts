import type { Json } from "@heliostat/kube";
import type { MessageField, MessageTypes } from "./message-table.ts";
import { SPECIAL_MESSAGES } from "./special-messages.ts";
import { packedVarints, WireError, type WireField, wireFields } from "./wire-reader.ts";

export interface MessageContext {
  readonly types: MessageTypes;
  /** How many messages this one lies in. */
  readonly depth: number;
  /** Decodes an object in its envelope inside a field that may hold any object. */
  embedded(bytes: Uint8Array, context: MessageContext): Json;
}

/** Deeper than any kind goes; schemas of CustomResourceDefinitions go deepest. */
const DEEPEST = 100;

/**
 * One message as JSON. Fields that the table does not know are skipped, as Go does. `null`: nothing was said (a time
 * that is zero).
 *
 * @throws WireError when the bytes are not that message
 */
export function decodedMessage(message: string, bytes: Uint8Array, outer: MessageContext): Json {
  if (outer.depth > DEEPEST) throw new WireError("its messages lie too deep in each other");
  const context = { ...outer, depth: outer.depth + 1 };
  const fields = context.types.fieldsOf(message);
  const members = new Members(message);
  for (const wire of wireFields(bytes)) {
    const field = fields.get(wire.number);
    if (field) members.add(field, wire, context);
  }
  const special = SPECIAL_MESSAGES[message];
  return special
    ? special(members.values, (embedded) => context.embedded(embedded, context))
    : members.toJson();
}

/** The members of one JSON object while they come in. Keys are never looked up on an object: `__proto__` is one like all others. */
class Members {
  readonly #message: string;
  readonly #values = new Map<string, Json>();
  readonly #lists = new Map<string, Json[]>();
  readonly #maps = new Map<string, Map<string, Json>>();

  constructor(message: string) {
    this.#message = message;
  }

  get values(): ReadonlyMap<string, Json> {
    for (const [name, list] of this.#lists) this.#values.set(name, list);
    for (const [name, map] of this.#maps) this.#values.set(name, Object.fromEntries(map));
    return this.#values;
  }

  toJson(): Json {
    return Object.fromEntries(this.values);
  }

  add(field: MessageField, wire: WireField, context: MessageContext): void {
    try {
      this.#add(field, wire, context);
    } catch (cause) {
      if (!(cause instanceof WireError) || cause.isPlaced) throw cause;
      throw new WireError(`${this.#message}.${field.name}: ${cause.message}`, { isPlaced: true });
    }
  }

  #add({ name, type, mode }: MessageField, wire: WireField, context: MessageContext): void {
    switch (mode) {
      case "list":
        for (const item of itemsOf(type, wire, context)) entryOf(this.#lists, name, () => []).push(item);
        return;
      case "map": {
        const [key, value] = mapEntry(type, wire, context);
        entryOf(this.#maps, name, () => new Map<string, Json>()).set(key, value);
        return;
      }
      case "inline":
        for (const [key, member] of Object.entries(decodedValue(type, wire, context) as object))
          this.#values.set(key, member);
        return;
      default:
        this.#set(name, decodedValue(type, wire, context), mode === "sparse");
    }
  }

  /** The last one counts (protobuf's rule), also when it is a zero that says nothing. */
  #set(name: string, value: Json, isSparse: boolean): void {
    const saysNothing = value === null || (isSparse && (value === "" || value === 0 || value === false));
    if (saysNothing) this.#values.delete(name);
    else this.#values.set(name, value);
  }
}

function entryOf<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** Numbers may come packed into one field. */
function itemsOf(type: string, wire: WireField, context: MessageContext): readonly Json[] {
  const isPacked = wire.wire === "bytes" && (type === "int" || type === "bool");
  if (!isPacked) return [decodedValue(type, wire, context)];
  return packedVarints(wire.value).map((value) =>
    decodedValue(type, { ...wire, wire: "varint", value }, context),
  );
}

function mapEntry(
  type: string,
  wire: WireField,
  context: MessageContext,
): readonly [key: string, value: Json] {
  let key = "";
  let value: Json | undefined;
  for (const part of wireFields(bytesOf(wire))) {
    if (part.number === 1) key = textOf(bytesOf(part));
    if (part.number === 2) value = decodedValue(type, part, context);
  }
  const absent: WireField = { number: 2, wire: "bytes", value: new Uint8Array() };
  return [key, value ?? decodedValue(type, absent, context)];
}

function decodedValue(type: string, wire: WireField, context: MessageContext): Json {
  switch (type) {
    case "string":
      return textOf(bytesOf(wire));
    case "bytes":
      return base64Of(bytesOf(wire));
    case "bool":
      return varintOf(wire) !== 0n;
    case "int":
      return Number(BigInt.asIntN(64, varintOf(wire)));
    case "double":
      return doubleOf(wire);
    default:
      return decodedMessage(type, bytesOf(wire), context);
  }
}

const UTF8 = new TextDecoder();

/** What is no UTF-8 becomes U+FFFD, as in JSON that Go reads. */
function textOf(bytes: Uint8Array): string {
  return UTF8.decode(bytes);
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

function bytesOf(wire: WireField): Uint8Array {
  if (wire.wire === "bytes") return wire.value;
  throw wrongWire(wire);
}

function varintOf(wire: WireField): bigint {
  if (wire.wire === "varint") return wire.value;
  throw wrongWire(wire);
}

/** JSON has no numbers that are none. */
function doubleOf(wire: WireField): number {
  if (wire.wire !== "double") throw wrongWire(wire);
  if (Number.isFinite(wire.value)) return wire.value;
  throw new WireError(`${wire.value} is no number in JSON`);
}

function wrongWire({ wire }: WireField): WireError {
  return new WireError(`wrong wire type ${wire}`);
}
