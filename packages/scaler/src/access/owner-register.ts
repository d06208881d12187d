import { ENGINE_LABEL } from "@heliostat/engines";
import { isKubeError, type KubeClient, type KubeObject, type Logger, nameOf } from "@heliostat/kube";
import type { Change } from "@heliostat/watch-cache";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { KindCache } from "../clusters/kind-cache.ts";
import { ANNOTATION, EVENT_REASON, FIELD_MANAGER } from "../vocabulary.ts";

export interface OwnerRegisterOptions {
  readonly client: KubeClient;
  readonly audit: AuditTrail;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Nobody's: whoever asks is not the owner. */
const NOBODY = "";
const WRITES_AT_ONCE = 8;

/**
 * Who owns which cluster: whom its label named when it was first seen. That is written down on the cluster, by our field
 * manager, and holds from then on: whoever changes the label later changes nothing, and leaves a Warning event.
 *
 * **Guarantees.** An owner never changes while this process runs, whatever is written on the cluster. After a restart
 * the annotation counts if our field manager still owns it; one that somebody else has written counts as nobody's,
 * unless it says what the label says.
 *
 * **Caveats.** Who may patch a cluster may also call himself by our field manager's name, or take the annotation away
 * while nobody looks: keep patches of clusters to those who may own them all.
 */
export class OwnerRegister {
  readonly #owners = new Map<string, string>();
  readonly #options: OwnerRegisterOptions;
  readonly #unwritten = new Map<string, () => Promise<void>>();
  readonly #writes = new Set<Promise<void>>();

  constructor(options: OwnerRegisterOptions) {
    this.#options = options;
  }

  follow(kind: KindCache): void {
    kind.onChange((change) => this.#see(kind, change));
  }

  /** The owner's id; `undefined` when it is nobody's. */
  ownerOf({ metadata }: KubeObject): string | undefined {
    return this.#owners.get(metadata.uid ?? "") || undefined;
  }

  /** Fulfilled when every owner that has been seen is written down, or cannot be. */
  async flushed(): Promise<void> {
    while (this.#unwritten.size > 0 || this.#writes.size > 0) await Promise.all(this.#writes);
  }

  #see(kind: KindCache, { before, after }: Change): void {
    const uid = after?.metadata.uid;
    if (before?.metadata.uid !== undefined && before.metadata.uid !== uid)
      this.#owners.delete(before.metadata.uid);
    if (!after || uid === undefined) return;
    const known = this.#owners.get(uid);
    if (known === undefined) this.#seeFirst(kind, after, uid);
    else this.#seeAgain(kind, { before, after, owner: known });
  }

  #seeFirst(kind: KindCache, object: KubeObject, uid: string): void {
    const label = labelOf(object);
    const annotation = object.metadata.annotations?.[ANNOTATION.owner];
    if (annotation === undefined) {
      // Without a label nothing has been seen yet: it may still come, from whoever makes the cluster.
      if (label === undefined) return;
      this.#owners.set(uid, label);
      this.#writeDown(kind, object, label);
      return;
    }
    const isTrusted = isOurs(object) || annotation === label;
    this.#owners.set(uid, isTrusted ? annotation : NOBODY);
    if (!isTrusted) this.#warnOfAnnotation(object);
    else if (!isOurs(object)) this.#writeDown(kind, object, annotation);
    else if (label !== annotation) this.#warnOfLabel(object, annotation);
  }

  #seeAgain(kind: KindCache, { before, after, owner }: Seen): void {
    const label = labelOf(after);
    if (label !== owner && label !== (before && labelOf(before))) this.#warnOfLabel(after, owner);
    if (owner === NOBODY || isWrittenDown(after, owner)) return;
    // Before our own write has come back there is nothing to find; afterwards somebody else took it away.
    if (before && isWrittenDown(before, owner)) this.#warnOfAnnotation(after);
    this.#writeDown(kind, after, owner);
  }

  #warnOfLabel(object: KubeObject, owner: string): void {
    const note = `The owner label says "${labelOf(object) ?? ""}"; the cluster stays that of "${owner}"`;
    this.#options.audit.warn(object, { reason: EVENT_REASON.ownerChanged, action: "RefuseOwner", note });
  }

  #warnOfAnnotation(object: KubeObject): void {
    const note = `Somebody else has written or removed the annotation ${ANNOTATION.owner}; it moves nothing`;
    this.#options.audit.warn(object, { reason: EVENT_REASON.ownerTampered, action: "RefuseOwner", note });
  }

  #writeDown(kind: KindCache, object: KubeObject, owner: string): void {
    const { client, logger, signal } = this.#options;
    const { resource } = kind.driver;
    this.#unwritten.set(object.metadata.uid ?? "", async () => {
      const { apiVersion, metadata } = object;
      const applied = {
        apiVersion,
        kind: object.kind,
        metadata: { ...nameOf(object), uid: metadata.uid, annotations: { [ANNOTATION.owner]: owner } },
      };
      try {
        await client.apply(resource, applied as never, { fieldManager: FIELD_MANAGER, force: true, signal });
      } catch (error) {
        // Gone, or another of its name: then there is nothing to write down.
        if (!isKubeError(error, "NotFound", "Conflict"))
          logger.error("Cannot record the owner of a cluster", { name: metadata.name, error });
      }
    });
    this.#write();
  }

  #write(): void {
    if (this.#writes.size >= WRITES_AT_ONCE) return;
    const writes = this.#writeAll();
    this.#writes.add(writes);
    void writes.finally(() => this.#writes.delete(writes));
  }

  async #writeAll(): Promise<void> {
    for (const [uid, write] of this.#unwritten) {
      this.#unwritten.delete(uid);
      if (!this.#options.signal.aborted) await write();
    }
  }
}

interface Seen {
  readonly before: KubeObject | undefined;
  readonly after: KubeObject;
  readonly owner: string;
}

function labelOf({ metadata }: KubeObject): string | undefined {
  return metadata.labels?.[ENGINE_LABEL.owner] || undefined;
}

/** Whether our field manager owns the annotation; the cache keeps no other entries of managedFields. */
function isOurs({ metadata }: KubeObject): boolean {
  return (metadata.managedFields ?? []).length > 0;
}

function isWrittenDown(object: KubeObject, owner: string): boolean {
  return isOurs(object) && object.metadata.annotations?.[ANNOTATION.owner] === owner;
}
