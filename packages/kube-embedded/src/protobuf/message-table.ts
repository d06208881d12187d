/** How the messages of built-in kinds look on the wire, as `gen/protobuf.json` has them. */
export interface ProtobufTable {
  /** `apps/v1/Deployment` → the name of its message. */
  readonly kinds: Readonly<Record<string, string>>;
  /** By name: field number → `name type mode`. */
  readonly messages: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface MessageField {
  /** In JSON. */
  readonly name: string;
  /** A scalar (`string`, `bytes`, `bool`, `int`, `double`), or the name of a message (`core.v1.Pod`). */
  readonly type: string;
  /**
   * `inline`: the members of the message are the parent's own. `sparse`: a zero says nothing and is left out, as Go's
   * JSON does; everywhere else a zero was set on purpose. Maps have texts as keys.
   */
  readonly mode: "single" | "sparse" | "inline" | "list" | "map";
}

/** The messages of built-in kinds. Each is read from the table when it first occurs. */
export class MessageTypes {
  readonly #table: ProtobufTable;
  readonly #fields = new Map<string, ReadonlyMap<number, MessageField>>();

  constructor(table: ProtobufTable) {
    this.#table = table;
  }

  /** The message of a kind; `undefined` when it has none here. Every group version has its `DeleteOptions`. */
  messageOf(apiVersion: string, kind: string): string | undefined {
    if (kind === "DeleteOptions" || kind === "Status") return `meta.v1.${kind}`;
    const { kinds } = this.#table;
    const key = `${apiVersion}/${kind}`;
    return Object.hasOwn(kinds, key) ? kinds[key] : undefined;
  }

  fieldsOf(message: string): ReadonlyMap<number, MessageField> {
    const known = this.#fields.get(message);
    if (known) return known;
    const texts = this.#table.messages[message];
    if (texts === undefined) throw new Error(`Cannot decode ${message}: the table of messages lacks it`);
    const fields = new Map(Object.entries(texts).map(([number, text]) => [Number(number), fieldOf(text)]));
    this.#fields.set(message, fields);
    return fields;
  }
}

let builtInTypes: Promise<MessageTypes> | undefined;

/** The messages of the kinds that are served, loaded when the first protobuf body comes: many servers never get one. */
export function builtInMessageTypes(): Promise<MessageTypes> {
  builtInTypes ??= import("../../gen/protobuf.json", { with: { type: "json" } }).then(
    (module) => new MessageTypes(module.default as unknown as ProtobufTable),
  );
  return builtInTypes;
}

function fieldOf(text: string): MessageField {
  const [name = "", type = "", mode = "single"] = text.split(" ");
  return { name, type, mode: mode as MessageField["mode"] };
}
