import type { Authorizer, Caller } from "@heliostat/identity";
import type { Cluster } from "../clusters/directory.ts";
import type { KindCache } from "../clusters/kind-cache.ts";
import type { OwnerRegister } from "./owner-register.ts";

/** What somebody wants to do with a cluster: see it, or change it in any way, its pods included. */
export type Wish = "get" | "patch";

export interface AccessRulesOptions {
  readonly owners: OwnerRegister;
  readonly namespace: string;
  /** Who else may. @default administrators and owners only */
  readonly authorizer?: Authorizer;
}

/** Administrators may everything; owners, what is theirs; others, what the authorizer allows. */
export class AccessRules {
  readonly #options: AccessRulesOptions;

  constructor(options: AccessRulesOptions) {
    this.#options = options;
  }

  /** @throws IdentityError when nobody can say */
  async may(caller: Caller | undefined, wish: Wish, cluster: Cluster): Promise<boolean> {
    if (!caller) return false;
    if (caller.isAdmin || this.#isOwner(caller, cluster)) return true;
    return this.#isAllowed(caller, cluster.cache, { verb: wish, name: cluster.object.metadata.name });
  }

  /** Those of a kind's clusters that the caller may see. One question for all of them, not one for each. */
  async visible(caller: Caller | undefined, kind: KindCache): Promise<readonly Cluster["object"][]> {
    if (!caller) return [];
    const all = kind.list();
    if (caller.isAdmin || (await this.#isAllowed(caller, kind, { verb: "list" }))) return all;
    const id = ownerId(caller);
    return all.filter((object) => this.#options.owners.ownerOf(object) === id);
  }

  /** Whether the caller may do with a cluster that is not there what he wishes, if it were. */
  async mightBe(
    caller: Caller,
    kind: KindCache,
    { wish, name }: { readonly wish: Wish; readonly name: string },
  ): Promise<boolean> {
    return caller.isAdmin || this.#isAllowed(caller, kind, { verb: wish, name });
  }

  #isOwner(caller: Caller, { object }: Cluster): boolean {
    return this.#options.owners.ownerOf(object) === ownerId(caller);
  }

  async #isAllowed(
    caller: Caller,
    { driver }: KindCache,
    wish: { readonly verb: string; readonly name?: string },
  ): Promise<boolean> {
    const { authorizer, namespace } = this.#options;
    if (!authorizer) return false;
    const { group, plural } = driver.resource;
    return (await authorizer.authorize(caller, { ...wish, group, resource: plural, namespace })).isAllowed;
  }
}

/** By what owner labels know a caller. */
function ownerId({ id, name }: Caller): string {
  return id ?? name;
}
