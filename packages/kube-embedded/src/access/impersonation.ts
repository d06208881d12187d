import { KubeError } from "@heliostat/kube";
import type { UserInfo } from "../api/kube-api.ts";
import { accessRefusal } from "./access-refusal.ts";
import type { AccessAttributes, AccessedResource, Authorizer } from "./authorizer.ts";
import {
  ANONYMOUS,
  AUTHENTICATED,
  serviceAccountGroups,
  serviceAccountOf,
  UNAUTHENTICATED,
} from "./subject-names.ts";

/** Names and values in turn, as they came: joined values could not be told from one value with a comma. */
export type RawHeaders = readonly string[];

/**
 * In whose name a request is made: the caller's own, or, where he asks for it and may, another's
 * (`Impersonate-User`, `-Group`, `-Uid`, `-Extra-KEY`). What is ambiguous is refused, never guessed.
 *
 * @throws KubeError `BadRequest` when the headers make no sense, `Forbidden` when the caller may not
 */
export async function actingUser(
  caller: UserInfo,
  headers: RawHeaders,
  authorizer: Authorizer,
): Promise<UserInfo> {
  const wanted = impersonationOf(headers);
  if (!wanted) return caller;
  for (const resource of rightsFor(wanted)) {
    const attributes: AccessAttributes = { user: caller, verb: "impersonate", path: "", resource };
    if (!(await authorizer.isAllowed(attributes))) throw accessRefusal(attributes);
  }
  return impersonated(wanted);
}

interface Impersonation {
  readonly user: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra: ReadonlyMap<string, readonly string[]>;
}

const PREFIX = "impersonate-";
const EXTRA_PREFIX = "extra-";

/** What the headers ask for; `undefined` when they ask for nothing. */
function impersonationOf(headers: RawHeaders): Impersonation | undefined {
  const given = impersonationHeaders(headers);
  if (given.size === 0) return undefined;
  const user = single(given, "user");
  const uid = single(given, "uid");
  const groups = given.get("group") ?? [];
  const extra = new Map<string, readonly string[]>();
  for (const [name, values] of given) {
    if (name.startsWith(EXTRA_PREFIX)) extra.set(extraKey(name), values);
    else if (!["user", "uid", "group"].includes(name))
      throw badHeaders(`there is no header Impersonate-${name}`);
  }
  if (user === undefined) throw badHeaders("the headers name no user");
  return { user, groups, extra, ...(uid !== undefined && { uid }) };
}

function impersonationHeaders(headers: RawHeaders): ReadonlyMap<string, readonly string[]> {
  const given = new Map<string, readonly string[]>();
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = (headers[index] ?? "").toLowerCase();
    if (!name.startsWith(PREFIX)) continue;
    const key = name.slice(PREFIX.length);
    given.set(key, [...(given.get(key) ?? []), plainValue(name, headers[index + 1] ?? "")]);
  }
  return given;
}

/** Clients disagree about the encoding of everything else, and a name that is read differently is another's. */
function plainValue(name: string, value: string): string {
  if (/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)) return value;
  throw badHeaders(`the header ${name} must hold printable ASCII text`);
}

function single(given: ReadonlyMap<string, readonly string[]>, name: string): string | undefined {
  const values = given.get(name) ?? [];
  if (values.length > 1) throw badHeaders(`the header Impersonate-${name} is there more than once`);
  return values[0];
}

function extraKey(name: string): string {
  const text = name.slice(EXTRA_PREFIX.length);
  try {
    const key = decodeURIComponent(text);
    if (key !== "") return key;
  } catch {
    // Falls through to the refusal, which says all there is to say.
  }
  throw badHeaders(`"${text}" is no percent-encoded key of an extra`);
}

/** Kubernetes rule: each part of the other identity is a right of its own. */
function rightsFor({ user, uid, groups, extra }: Impersonation): readonly AccessedResource[] {
  const account = serviceAccountOf(user);
  const core = { group: "", version: "v1" };
  const authentication = { group: "authentication.k8s.io", version: "v1" };
  return [
    account ? { ...core, plural: "serviceaccounts", ...account } : { ...core, plural: "users", name: user },
    ...groups.map((name) => ({ ...core, plural: "groups", name })),
    ...[...extra].flatMap(([subresource, values]) =>
      values.map((name) => ({ ...authentication, plural: "userextras", subresource, name })),
    ),
    ...(uid === undefined ? [] : [{ ...authentication, plural: "uids", name: uid }]),
  ];
}

function impersonated({ user, uid, groups, extra }: Impersonation): UserInfo {
  const account = serviceAccountOf(user);
  const ownGroups = groups.length === 0 && account ? serviceAccountGroups(account.namespace) : groups;
  return {
    name: user,
    groups: [...ownGroups, ...knownGroup(user, ownGroups)],
    ...(uid !== undefined && { uid }),
    ...(extra.size > 0 && { extra: Object.fromEntries(extra) }),
  };
}

/** Everybody is of those who are known or of those who are not; who names one of these groups has chosen. */
function knownGroup(user: string, groups: readonly string[]): readonly string[] {
  if (user === ANONYMOUS) return groups.includes(UNAUTHENTICATED) ? [] : [UNAUTHENTICATED];
  return groups.includes(AUTHENTICATED) || groups.includes(UNAUTHENTICATED) ? [] : [AUTHENTICATED];
}

function badHeaders(why: string): KubeError {
  return new KubeError("BadRequest", `Cannot impersonate: ${why}`);
}
