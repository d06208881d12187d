import type { OperationName } from "../routes/route.ts";
import {
  atLeast,
  CLUSTER,
  CLUSTER_VIEW,
  COUNT,
  COUNT_OR_NULL,
  exactly,
  FLAG,
  type JsonSchema,
  listOf,
  MODE,
  oneOf,
  TEXT,
  TEXT_OR_NULL,
  WARNINGS,
  WRITER,
} from "./schemas.ts";

/** What an operation takes and gives. */
export interface OperationDoc {
  readonly query?: Readonly<Record<string, JsonSchema>>;
  readonly body?: JsonSchema;
  readonly status: number;
  readonly reply: JsonSchema;
}

const HEAD_TIER: Readonly<Record<string, JsonSchema>> = {
  head_hw_tier_name: TEXT_OR_NULL,
  head_hw_tier: TEXT_OR_NULL,
  head_hw_tier_id: TEXT_OR_NULL,
};
const WORKER_TIER: Readonly<Record<string, JsonSchema>> = {
  worker_hw_tier_name: TEXT_OR_NULL,
  worker_hw_tier: TEXT_OR_NULL,
  worker_hw_tier_id: TEXT_OR_NULL,
};
/** A number, or a text that holds one. */
const REPLICAS: JsonSchema = { type: ["integer", "string"], minimum: 0 };

/** What newer clients may read in the replies of old routes. */
const ADDITIONS: Readonly<Record<string, JsonSchema>> = {
  group: TEXT,
  mode: MODE,
  writer: WRITER,
  warnings: WARNINGS,
  progress_token: TEXT,
};

const STARTED_AT: Readonly<Record<string, JsonSchema>> = { started_at: TEXT };

const V1_RESTARTED: JsonSchema = exactly({
  startedAt: TEXT,
  pod: TEXT_OR_NULL,
  previousPodUid: TEXT_OR_NULL,
  gracePeriodSeconds: COUNT,
  tier: TEXT_OR_NULL,
});

/** By operation; a member that is missing in an old reply is a mistake, a new one is none. */
export const OPERATION_DOCS: Readonly<Record<OperationName, OperationDoc>> = {
  health: { status: 200, reply: exactly({ status: oneOf("healthy") }) },
  readiness: { status: 200, reply: exactly({ status: oneOf("ready") }) },
  list: { status: 200, reply: exactly({ kind: TEXT, count: COUNT, clusters: listOf(CLUSTER) }) },
  listRay: { status: 200, reply: exactly({ ray_clusters: listOf(CLUSTER) }) },
  get: { status: 200, reply: CLUSTER },
  scaleNamed: {
    body: atLeast({ cluster_name: TEXT, replicas: REPLICAS }),
    status: 200,
    reply: exactly({ kind: TEXT, name: TEXT, replicas: COUNT, object: CLUSTER, ...ADDITIONS }),
  },
  scale: {
    body: {
      ...atLeast({ replicas: REPLICAS }, { group: TEXT, ...WORKER_TIER, ...HEAD_TIER }),
      additionalProperties: true,
    },
    status: 200,
    reply: atLeast(
      {
        kind: TEXT,
        name: TEXT,
        requested_replicas: COUNT,
        effective_replicas: COUNT,
        capped: FLAG,
        maxReplicas: COUNT_OR_NULL,
        worker_hw_tier_id: {},
        object: CLUSTER,
        ...ADDITIONS,
      },
      { restarted_ts: TEXT },
    ),
  },
  restartHead: {
    query: STARTED_AT,
    body: { type: "object", properties: { ...HEAD_TIER, replicas: REPLICAS }, additionalProperties: true },
    status: 202,
    reply: atLeast(
      {
        ok: FLAG,
        namespace: TEXT,
        pod: TEXT,
        grace_period_seconds: COUNT,
        started_at: TEXT,
        restarted_ts: TEXT,
        previous_pod_uid: TEXT,
        k8s_response: atLeast({ kind: oneOf("Status"), status: oneOf("Success") }),
      },
      { head_hw_tier_name: TEXT },
    ),
  },
  headStatus: {
    query: { ...STARTED_AT, previous_pod_uid: TEXT },
    status: 200,
    reply: exactly({
      ok: FLAG,
      restarted: FLAG,
      ready: FLAG,
      status: oneOf("restarted_and_ready", "restarted_but_not_ready", "not_restarted", "head_pod_not_found"),
      namespace: TEXT,
      pod: TEXT,
      creationTimestamp: TEXT_OR_NULL,
      started_at: TEXT,
      evaluated_with: oneOf("started_at"),
      pod_uid: TEXT_OR_NULL,
    }),
  },
  headStatusOfPod: {
    query: { ...STARTED_AT, require_ready: TEXT },
    status: 200,
    reply: exactly({
      ok: FLAG,
      restarted: FLAG,
      ready: FLAG,
      reason: oneOf(null, "not_restarted", "not_ready"),
      namespace: TEXT,
      pod: TEXT,
      creationTimestamp: TEXT_OR_NULL,
      started_at: TEXT,
      require_ready: FLAG,
      evaluated_with: oneOf("started_at"),
    }),
  },
  headTier: {
    query: STARTED_AT,
    body: { type: "object", properties: HEAD_TIER, additionalProperties: true },
    status: 200,
    reply: exactly({
      kind: TEXT,
      name: TEXT,
      head_hw_tier_name: TEXT,
      object: CLUSTER,
      started_at: TEXT,
      restarted_ts: TEXT,
      previous_pod_uid: TEXT_OR_NULL,
    }),
  },
  roleStatus: {
    query: STARTED_AT,
    status: 200,
    reply: exactly({
      ok: FLAG,
      status: TEXT,
      restarted: FLAG,
      node_type: oneOf("head", "worker"),
      statefulset: TEXT,
      namespace: TEXT,
      desired_replicas: COUNT,
      running_pods: COUNT,
      ready_pods: COUNT,
      ready_equals_running: FLAG,
      oldestCreationTimestamp: TEXT_OR_NULL,
      started_at: TEXT,
      evaluated_with: oneOf("statefulset_pods"),
    }),
  },
  kinds: {
    status: 200,
    reply: exactly({
      items: listOf(exactly({ kind: TEXT, plural: TEXT, engine: TEXT, served: FLAG, default: FLAG })),
    }),
  },
  whoAmI: { status: 200, reply: exactly({ name: TEXT, id: TEXT, groups: listOf(TEXT), admin: FLAG }) },
  tiers: {
    status: 200,
    reply: exactly({
      items: listOf(
        exactly({
          id: TEXT,
          name: TEXT,
          nodePool: TEXT_OR_NULL,
          requests: { type: "object", additionalProperties: TEXT },
          limits: { type: "object", additionalProperties: TEXT },
          restrictedTo: listOf(TEXT),
        }),
      ),
    }),
  },
  listViews: {
    query: { limit: { type: "integer", minimum: 1, maximum: 500 }, after: TEXT },
    status: 200,
    reply: exactly({ kind: TEXT, items: listOf(CLUSTER_VIEW), next: TEXT_OR_NULL }),
  },
  view: { status: 200, reply: CLUSTER_VIEW },
  scaleView: {
    body: {
      type: "object",
      properties: {
        replicas: COUNT,
        group: TEXT,
        mode: MODE,
        dryRun: FLAG,
        takeover: FLAG,
        tier: TEXT,
        headTier: TEXT,
      },
      required: ["replicas"],
      additionalProperties: false,
    },
    status: 200,
    reply: exactly({
      name: TEXT,
      group: TEXT,
      mode: MODE,
      writer: WRITER,
      from: COUNT,
      requestedReplicas: COUNT,
      effectiveReplicas: COUNT,
      capped: FLAG,
      maxReplicas: COUNT_OR_NULL,
      tier: TEXT_OR_NULL,
      dryRun: FLAG,
      warnings: WARNINGS,
      progressToken: TEXT,
      cluster: CLUSTER_VIEW,
    }),
  },
  progress: {
    query: { token: TEXT },
    status: 200,
    reply: exactly({
      done: FLAG,
      superseded: FLAG,
      group: TEXT,
      desired: COUNT,
      current: COUNT,
      ready: COUNT,
      writer: WRITER,
    }),
  },
  restartView: {
    body: {
      type: "object",
      properties: { startedAt: TEXT, tier: TEXT, role: oneOf("head", "worker") },
      additionalProperties: false,
    },
    status: 202,
    reply: V1_RESTARTED,
  },
  restartStatus: {
    query: { startedAt: TEXT, role: oneOf("head", "worker"), previousPodUid: TEXT },
    status: 200,
    reply: {
      oneOf: [
        exactly({
          done: FLAG,
          role: oneOf("head"),
          status: TEXT,
          restarted: FLAG,
          ready: FLAG,
          pod: TEXT,
          podUid: TEXT_OR_NULL,
          createdAt: TEXT_OR_NULL,
        }),
        exactly({
          done: FLAG,
          role: oneOf("worker"),
          status: TEXT,
          restarted: FLAG,
          desired: COUNT,
          current: COUNT,
          ready: COUNT,
        }),
      ],
    },
  },
  headTierView: {
    body: {
      type: "object",
      properties: { tier: TEXT, startedAt: TEXT },
      required: ["tier"],
      additionalProperties: false,
    },
    status: 202,
    reply: V1_RESTARTED,
  },
};
