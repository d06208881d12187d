import type { ClusterRoleBinding, KubeObject, PolicyRule, RoleBinding, Subject } from "@heliostat/kube";
import type { UserInfo } from "../api/kube-api.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { serviceAccountUser } from "./subject-names.ts";

export type Binding = RoleBinding | ClusterRoleBinding;

/** One binding that gives a user the rules of one role. */
export interface Grant {
  readonly binding: Binding;
  /** The subject by which the binding means the user. */
  readonly subject: Subject;
  readonly rules: readonly PolicyRule[];
  /** Set when the role is not there: then there are no rules. */
  readonly problem?: string;
}

const GROUP = "rbac.authorization.k8s.io";

/** Who is bound to which role: the bindings in the store under the subjects that they name, kept in step with it. */
export class Grants {
  readonly #store: ObjectStore;
  /** By scope and subject, then by the binding's key. */
  readonly #bound = new Map<string, Map<string, Bound>>();

  constructor(store: ObjectStore) {
    this.#store = store;
    for (const plural of ["clusterrolebindings", "rolebindings"]) this.#follow(`${GROUP}/${plural}`);
  }

  /** What the user holds everywhere and, unless `namespace` is empty, in that namespace; each binding once. */
  *of(user: UserInfo, namespace: string): Generator<Grant> {
    for (const scope of namespace === "" ? [""] : ["", namespace]) {
      for (const bound of this.#boundIn(scope, user)) yield { ...bound, ...this.#rules(bound.binding) };
    }
  }

  /** The rules of the role that a binding in `namespace` names; `undefined` when there is no such role. */
  rulesOfRole(
    { kind, name }: { readonly kind: string; readonly name: string },
    namespace: string,
  ): readonly PolicyRule[] | undefined {
    const plural = kind === "Role" ? "roles" : "clusterroles";
    const key = kind === "Role" ? `${namespace}/${name}` : name;
    const role = this.#store.get({ storageKey: `${GROUP}/${plural}`, key })?.object;
    return role && ((role as KubeObject & { readonly rules?: readonly PolicyRule[] }).rules ?? []);
  }

  /** A binding may mean the same user by his name and by his groups. */
  #boundIn(scope: string, { name, groups }: UserInfo): Iterable<Bound> {
    const found = new Map<string, Bound>();
    for (const key of [userKey(name), ...groups.map(groupKey)]) {
      for (const [binding, bound] of this.#bound.get(scopedKey(scope, key)) ?? [])
        if (!found.has(binding)) found.set(binding, bound);
    }
    return found.values();
  }

  #rules({ roleRef, metadata }: Binding): Pick<Grant, "rules" | "problem"> {
    const rules = this.rulesOfRole(roleRef, metadata.namespace ?? "");
    if (rules) return { rules };
    return { rules: [], problem: `${roleRef.kind.toLowerCase()}.${GROUP} "${roleRef.name}" not found` };
  }

  #follow(storageKey: string): void {
    const bindings = this.#store.collection(storageKey);
    for (const { key, object } of bindings.range("")) this.#hold(key, object as Binding);
    bindings.subscribe(({ type, key, stored, previous }) => {
      if (previous) this.#release(key, previous.object as Binding);
      if (type !== "DELETED") this.#hold(key, stored.object as Binding);
    });
  }

  #hold(bindingKey: string, binding: Binding): void {
    for (const [key, subject] of subjectsOf(binding)) {
      const bound = this.#bound.get(key) ?? new Map<string, Bound>();
      this.#bound.set(key, bound.set(bindingKey, { binding, subject }));
    }
  }

  #release(bindingKey: string, binding: Binding): void {
    for (const [key] of subjectsOf(binding)) {
      const bound = this.#bound.get(key);
      bound?.delete(bindingKey);
      if (bound?.size === 0) this.#bound.delete(key);
    }
  }
}

type Bound = Pick<Grant, "binding" | "subject">;

function subjectsOf({ metadata, subjects = [] }: Binding): readonly (readonly [key: string, Subject])[] {
  const { namespace = "" } = metadata;
  return subjects.flatMap((subject) => {
    const key = subjectKey(subject, namespace);
    return key === undefined ? [] : [[scopedKey(namespace, key), subject] as const];
  });
}

/** An account is bound under its user name. Without a namespace it is of the binding's, or nobody. */
function subjectKey({ kind, name, namespace }: Subject, bindingNamespace: string): string | undefined {
  if (kind === "User") return userKey(name);
  if (kind === "Group") return groupKey(name);
  const home = namespace || bindingNamespace;
  return kind === "ServiceAccount" && home !== "" ? userKey(serviceAccountUser(home, name)) : undefined;
}

function userKey(name: string): string {
  return `User ${name}`;
}

function groupKey(name: string): string {
  return `Group ${name}`;
}

/** Namespaces have no blanks: the first one ends the scope. */
function scopedKey(scope: string, key: string): string {
  return `${scope} ${key}`;
}
