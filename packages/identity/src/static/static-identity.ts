import { parse } from "yaml";
import { digestOf, isSameDigest } from "../node/digest.ts";
import { type Authenticator, type Caller, type Credentials, IdentityError } from "../port.ts";

/** Callers by their tokens, as a file lists them. */
export interface StaticIdentity extends Authenticator {
  /** The first administrator's token; for a laptop that shows it to its user. */
  readonly adminToken: string | undefined;
}

/**
 * Callers from a YAML or JSON text:
 *
 * ```yaml
 * tokens:
 *   - token: s3cr3t-of-at-least-sixteen
 *     name: alice
 *     id: 64f0c0ffee      # what owner labels say of her, where that is not the name
 *     groups: [team-a]
 *     admin: false
 * ```
 *
 * A token is accepted as a bearer token and as an API key. Comparing takes as long for every token, known or not.
 *
 * @throws IdentityError `Misconfigured`, naming the entry and the field
 */
export function staticIdentity(text: string, source = "token file"): StaticIdentity {
  const entries = entriesOf(text, source);
  const known = entries.map(({ token, caller }) => ({ digest: digestOf(token), caller }));
  return {
    adminToken: entries.find(({ caller }) => caller.isAdmin)?.token,
    async authenticate({ bearer, apiKey }: Credentials): Promise<Caller | undefined> {
      const presented = bearer ?? apiKey;
      return presented === undefined ? undefined : callerOf(digestOf(presented), known);
    },
  };
}

interface Entry {
  readonly token: string;
  readonly caller: Caller;
}

interface KnownToken {
  readonly digest: Buffer;
  readonly caller: Caller;
}

/** Looks at every token, so that how long it takes does not say which one was near. */
function callerOf(presented: Buffer, known: readonly KnownToken[]): Caller | undefined {
  let found: Caller | undefined;
  for (const { digest, caller } of known) if (isSameDigest(digest, presented)) found = caller;
  return found;
}

const TOKEN_LENGTH_MIN = 16;
const FIELDS = ["token", "name", "id", "groups", "admin"];

function entriesOf(text: string, source: string): readonly Entry[] {
  const tokens = (parsed(text, source) as { readonly tokens?: unknown } | null)?.tokens;
  if (!Array.isArray(tokens)) throw misconfigured(source, 'it must have a list "tokens"');
  const entries = tokens.map((token: unknown, index) => entryOf(token, `${source}: tokens[${index}]`));
  const repeated = entries.findIndex((entry, index) =>
    entries.some((other, at) => at < index && other.token === entry.token),
  );
  if (repeated >= 0) throw misconfigured(source, `tokens[${repeated}].token stands there twice`);
  return entries;
}

function entryOf(value: unknown, place: string): Entry {
  if (typeof value !== "object" || value === null) throw misconfigured(place, "it must be an object");
  const { token, name, id, groups = [], admin = false, ...rest } = value as Record<string, unknown>;
  const surplus = Object.keys(rest)[0];
  if (surplus !== undefined)
    throw misconfigured(place, `unknown field "${surplus}"; known are ${FIELDS.join(", ")}`);
  if (!isText(token) || token.length < TOKEN_LENGTH_MIN)
    throw misconfigured(place, `"token" must be a text of at least ${TOKEN_LENGTH_MIN} characters`);
  if (!isText(name)) throw misconfigured(place, '"name" must be a text');
  if (id !== undefined && !isText(id)) throw misconfigured(place, '"id" must be a text');
  if (!Array.isArray(groups) || !groups.every(isText))
    throw misconfigured(place, '"groups" must be a list of texts');
  if (typeof admin !== "boolean") throw misconfigured(place, '"admin" must be true or false');
  return { token, caller: { name, groups, isAdmin: admin, ...(id !== undefined && { id }) } };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function parsed(text: string, source: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    // The parser's message quotes the line, which may be a token.
    throw new IdentityError("Misconfigured", `Cannot use ${source}: it is neither YAML nor JSON`, { cause });
  }
}

function misconfigured(place: string, why: string): IdentityError {
  return new IdentityError("Misconfigured", `Cannot use ${place}: ${why}`);
}
