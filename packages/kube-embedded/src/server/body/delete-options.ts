import { type DeleteOptions, type Json, KubeError } from "@heliostat/kube";
import { invalidValue } from "../../api/field-causes.ts";
import { booleanParameter, integerParameter, textParameter } from "../http/query.ts";
import { invalidOptions, notSupported } from "./invalid-options.ts";

/** How to delete, and whether only to try. */
export interface DeletionRequest extends DeleteOptions {
  readonly isDryRun: boolean;
}

const KIND = "DeleteOptions";
const POLICIES = ["Foreground", "Background", "Orphan"] as const;

/** How to delete: from the body (`null` when there is none), else from the query. @throws KubeError `BadRequest`, `Invalid` */
export function deletionRequest(body: Json, query: URLSearchParams): DeletionRequest {
  const wishes = body === null ? fromQuery(query) : fromBody(body);
  const propagationPolicy = policy(wishes);
  const { gracePeriodSeconds, preconditions } = wishes;
  return {
    isDryRun: isDryRun(wishes.dryRun ?? query.getAll("dryRun"), KIND),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    // Kubernetes rule: a negative grace period means one second.
    ...(gracePeriodSeconds === undefined
      ? {}
      : { gracePeriodSeconds: gracePeriodSeconds < 0 ? 1 : gracePeriodSeconds }),
    ...(preconditions === undefined ? {} : { preconditions }),
  };
}

/** Whether the only value of `dryRun` is there. @throws KubeError `Invalid`, about options of this kind, when it has another */
export function isDryRun(values: readonly string[], kind: string): boolean {
  const wrong = values.find((value) => value !== "All" && value !== "");
  if (wrong === undefined) return values.includes("All");
  throw invalidOptions(kind, notSupported("dryRun", wrong, ["All"]));
}

interface Wishes {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: readonly string[];
}

function fromQuery(query: URLSearchParams): Wishes {
  const gracePeriodSeconds = integerParameter(query, "gracePeriodSeconds");
  const propagationPolicy = textParameter(query, "propagationPolicy");
  return {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(query.has("orphanDependents")
      ? { orphanDependents: booleanParameter(query, "orphanDependents") }
      : {}),
  };
}

/** A field of a wrong type would otherwise turn up as a surprise far from here. */
function fromBody(body: Json): Wishes {
  if (body === null || typeof body !== "object" || Array.isArray(body))
    throw unreadable("it is not an object");
  const wishes = body as Wishes & { readonly kind?: Json };
  if (wishes.kind !== undefined && wishes.kind !== "DeleteOptions")
    throw unreadable(`its kind is ${JSON.stringify(wishes.kind)}`);
  if (!isOptional(wishes.gracePeriodSeconds, "number")) throw unreadable("gracePeriodSeconds is no number");
  if (!isOptional(wishes.propagationPolicy, "string")) throw unreadable("propagationPolicy is no string");
  if (!isOptional(wishes.orphanDependents, "boolean")) throw unreadable("orphanDependents is no boolean");
  if (wishes.dryRun !== undefined && !Array.isArray(wishes.dryRun)) throw unreadable("dryRun is no list");
  return withoutNulls(wishes);
}

function isOptional(value: unknown, type: string): boolean {
  return value === undefined || value === null || typeof value === type;
}

function withoutNulls(wishes: Wishes): Wishes {
  return Object.fromEntries(Object.entries(wishes).filter(([, value]) => value !== null)) as Wishes;
}

function unreadable(why: string): KubeError {
  return new KubeError("BadRequest", `Cannot read the delete options: ${why}`);
}

function policy({ propagationPolicy, orphanDependents }: Wishes): DeleteOptions["propagationPolicy"] {
  if (orphanDependents === undefined) {
    if (propagationPolicy === undefined) return undefined;
    const known = POLICIES.find((each) => each === propagationPolicy);
    if (known) return known;
    throw invalidOptions(KIND, notSupported("propagationPolicy", propagationPolicy, [...POLICIES, "nil"]));
  }
  if (propagationPolicy !== undefined) {
    const detail = "orphanDependents and deletionPropagation cannot be both set";
    throw invalidOptions(KIND, invalidValue("propagationPolicy", propagationPolicy, detail));
  }
  return orphanDependents ? "Orphan" : "Background";
}
