import type { DeleteOptions, Json, KubeObject, ListOptions } from "@heliostat/kube";
import type { Subresource, Verb } from "../registry/served-resource.ts";
import { unstored } from "../store/stored-revision.ts";
import { visibleAt } from "./address.ts";
import type { ApiGround } from "./api-ground.ts";
import { untilRevision } from "./await-revision.ts";
import { getComputed, listComputed } from "./computed.ts";
import { createObject, type WriteRequest, written } from "./create.ts";
import { deleteCollection, deleteObject } from "./delete.ts";
import { finalizeNamespace } from "./finalize-namespace.ts";
import { incomingObject, shapedObject } from "./incoming.ts";
import type {
  ApiGetOptions,
  ApiListOptions,
  ApiWatchOptions,
  Caller,
  KubeApi,
  PatchBody,
  StoredEvents,
  StoredList,
  StoredObject,
  Target,
  WriteResult,
} from "./kube-api.ts";
import { listObjects } from "./list.ts";
import { patchObject } from "./patch.ts";
import { bindPod, evictPod } from "./pod-subresources.ts";
import { invalid, noSuchResource, notSupported } from "./refusals.ts";
import { getScale, patchScale, updateScale } from "./scale.ts";
import { createToken } from "./service-account-token.ts";
import { updateObject } from "./update.ts";
import { asServed } from "./versions.ts";
import { watchObjects } from "./watch.ts";

type Write = (ground: ApiGround, target: Target, request: WriteRequest) => WriteResult | Promise<WriteResult>;

const CREATE_BELOW: Partial<Record<Subresource, Write>> = {
  binding: bindPod,
  eviction: evictPod,
  token: createToken,
};
const UPDATE_BELOW: Partial<Record<Subresource, Write>> = {
  status: updateObject,
  scale: updateScale,
  finalize: finalizeNamespace,
  ephemeralcontainers: updateObject,
  resize: updateObject,
};
/** Subresources that show the whole object and change a part of it. */
const WHOLE_OBJECTS: ReadonlySet<string> = new Set(["status", "ephemeralcontainers", "resize"]);

/** The Kubernetes API on the object store: looks which verb is meant, and whether the resource has it. */
export class EmbeddedApi implements KubeApi {
  readonly #ground: ApiGround;

  constructor(ground: ApiGround) {
    this.#ground = ground;
  }

  async get(target: Target, { resourceVersion }: ApiGetOptions = {}): Promise<StoredObject> {
    assertServed(target, "get");
    if (target.resource.computed) return getComputed(target);
    await untilRevision(this.#ground, resourceVersion);
    if (target.subresource === "scale") return getScale(target, visibleAt(this.#ground, target));
    if (target.subresource !== undefined && !WHOLE_OBJECTS.has(target.subresource)) throw notSupported();
    return asServed(target.resource, visibleAt(this.#ground, target));
  }

  async list(target: Target, options: ApiListOptions): Promise<StoredList> {
    assertServed(target, "list");
    if (target.resource.computed) return listComputed(target, options);
    if (!options.continueToken) await untilRevision(this.#ground, options.resourceVersion);
    return listObjects(this.#ground, target, options);
  }

  watch(target: Target, options: ApiWatchOptions): AsyncIterable<StoredEvents> {
    assertServed(target, "watch");
    return watchObjects(this.#ground, target, options);
  }

  async create(target: Target, body: Json, caller: Caller): Promise<WriteResult> {
    if (target.subresource !== undefined) return this.#below(CREATE_BELOW, target, { body, caller });
    assertServed(target, "create");
    if (target.resource.strategy.isReview) return this.#review(target, body, caller);
    return createObject(this.#ground, target, { body, caller });
  }

  async update(target: Target, body: Json, caller: Caller): Promise<WriteResult> {
    if (target.subresource !== undefined) return this.#below(UPDATE_BELOW, target, { body, caller });
    assertServed(target, "update");
    return updateObject(this.#ground, target, { body, caller });
  }

  async patch(target: Target, patch: PatchBody, caller: Caller): Promise<WriteResult> {
    assertServed(target, "patch");
    if (target.subresource === "scale") return patchScale(this.#ground, target, { patch, caller });
    if (target.subresource !== undefined && !WHOLE_OBJECTS.has(target.subresource)) throw notSupported();
    return patchObject(this.#ground, target, { patch, caller });
  }

  async delete(target: Target, options: DeleteOptions, caller: Caller): Promise<WriteResult> {
    assertServed(target, "delete");
    if (target.subresource !== undefined) throw notSupported();
    return deleteObject(this.#ground, target, { options, caller });
  }

  async deleteCollection(
    target: Target,
    options: DeleteOptions & ListOptions,
    caller: Caller,
  ): Promise<StoredList> {
    assertServed(target, "deletecollection");
    return deleteCollection(this.#ground, target, { options, caller });
  }

  async #below(
    writes: Partial<Record<string, Write>>,
    target: Target,
    request: WriteRequest,
  ): Promise<WriteResult> {
    assertSubresource(target);
    const write = writes[target.subresource ?? ""];
    if (!write) throw notSupported();
    return write(this.#ground, target, request);
  }

  async #review(target: Target, body: Json, caller: Caller): Promise<WriteResult> {
    // Go clients send an empty answer along with the question.
    const { status: _, ...object } = incomingObject(target, body) as KubeObject & {
      readonly status?: unknown;
    };
    const question = shapedObject(this.#ground, target.resource, { object, caller });
    const problems = this.#ground.schemaOf(target.resource).validate(question);
    if (problems.length > 0) throw invalid(target.resource, "", problems);
    const answer = await this.#ground.reviews.review(question, caller.user);
    return written(unstored(answer), "created");
  }
}

function assertServed(target: Target, verb: Verb): void {
  assertSubresource(target);
  if (!target.resource.verbs.includes(verb)) throw notSupported();
}

function assertSubresource({ resource, subresource }: Target): void {
  if (subresource !== undefined && !(resource.subresources as readonly string[]).includes(subresource))
    throw noSuchResource();
}
