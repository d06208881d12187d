import type { Scenario } from "@heliostat/controller/testing";
import { JOBS } from "@heliostat/kube";
import { isHead, isWorker } from "./pod-facts.ts";
import {
  created,
  deleted,
  edited,
  failed,
  fated,
  gone,
  groups,
  quota,
  quotaOf,
  scaled,
  withEnvironment,
  withWorkerEnvironment,
} from "./raycluster-acts.ts";

const REDIS = {
  gcsFaultToleranceOptions: { redisAddress: "redis:6379" },
} as const;

/** A deletion that waits for its job for a day. */
const PATIENCE = { "ray.io/gcs-ft-deletion-timeout": "86400" } as const;

const CLEANUP = { "ray.io/node-type": "redis-cleanup" } as const;

/** What a RayCluster may have besides pods: accounts, secrets, Ingresses, promises to Redis, upgrades. */
export const FEATURE_SCENARIOS: readonly Scenario[] = [
  {
    name: "autoscaling-on-off",
    about: "the autoscaler's account and role come with it and go with it",
    steps: [
      { name: "create", acts: [created({ workers: [{ replicas: 1 }] })] },
      { name: "on", acts: [edited({ enableInTreeAutoscaling: true })] },
      { name: "a new head", acts: [failed(isHead)] },
      { name: "off", acts: [edited({ enableInTreeAutoscaling: false })], mends: [] },
      { name: "another head", acts: [failed(isHead)] },
      { name: "delete", acts: [deleted()] },
    ],
  },
  {
    name: "token",
    about: "a token of the cluster's own, in a secret that is made once",
    steps: [
      {
        name: "create",
        acts: [created({ rayVersion: "2.53.0", authOptions: { mode: "token" }, workers: [{ replicas: 1 }] })],
      },
      { name: "lose the head", acts: [failed(isHead)] },
      { name: "delete", acts: [deleted()] },
    ],
  },
  {
    name: "redis",
    about: "state in Redis: the promise to empty it, kept by a job",
    steps: [
      { name: "create", acts: [created({ ...REDIS, workers: [{ replicas: 1 }] })] },
      { name: "lose the head", acts: [failed(isHead)] },
      { name: "delete", acts: [deleted()] },
    ],
  },
  {
    name: "redis-job-fails",
    about: "the job cannot empty Redis: the cluster goes all the same",
    steps: [
      { name: "create", acts: [fated(CLEANUP, "failed"), created({ ...REDIS, workers: [{ replicas: 1 }] })] },
      { name: "delete", acts: [deleted()] },
    ],
  },
  {
    name: "redis-job-hangs",
    about: "the job never ends: the cluster goes when the time is over",
    steps: [
      { name: "create", acts: [fated(CLEANUP, "stuck"), created({ ...REDIS, workers: [{ replicas: 1 }] })] },
      { name: "delete", acts: [deleted(), { act: "wait", ms: 330_000 }] },
    ],
  },
  {
    name: "redis-job-waits",
    about: "the job takes its time, and somebody meddles with it meanwhile",
    steps: [
      {
        name: "create",
        acts: [
          fated(CLEANUP, "stuck"),
          created({ ...REDIS, metadata: { annotations: PATIENCE }, workers: [{ replicas: 1 }] }),
        ],
      },
      { name: "delete", acts: [deleted()], mends: [JOBS] },
      { name: "the job ends", acts: [fated(CLEANUP, "ready")] },
    ],
  },
  {
    name: "redis-deleted-early",
    about: "deleted while its pods are being made, and while its spec is not valid",
    steps: [
      { name: "create and delete", acts: [created({ ...REDIS }), { act: "wait", ms: 120 }, deleted()] },
      { name: "again", acts: [created({ ...REDIS, workers: [{ replicas: 1 }] })] },
      { name: "spoil", acts: [groups([{ replicas: 1, minReplicas: 5, maxReplicas: 3 }])], mends: [] },
      { name: "delete", acts: [deleted()] },
    ],
  },
  {
    name: "ingress-on-off",
    about: "an Ingress while it is asked for, and a service that changes its type",
    steps: [
      { name: "create", acts: [created({ workers: [{ replicas: 1 }] })] },
      {
        name: "on",
        acts: [edited({ headGroupSpec: { enableIngress: true, serviceType: "NodePort" } as never })],
      },
      {
        name: "off",
        acts: [edited({ headGroupSpec: { enableIngress: false, serviceType: "ClusterIP" } as never })],
      },
    ],
  },
  {
    name: "group-suspend",
    about: "one group of two is suspended and resumed",
    steps: [
      {
        name: "create",
        acts: [
          created({
            workers: [
              { groupName: "a", replicas: 1 },
              { groupName: "b", replicas: 1 },
            ],
          }),
        ],
      },
      {
        name: "suspend",
        acts: [
          groups([
            { groupName: "a", replicas: 1, suspend: true },
            { groupName: "b", replicas: 1 },
          ]),
        ],
      },
      {
        name: "resume",
        acts: [
          groups([
            { groupName: "a", replicas: 1 },
            { groupName: "b", replicas: 1 },
          ]),
        ],
      },
    ],
  },
  {
    name: "recreate",
    about: "an upgrade that ends all pods",
    steps: [
      {
        name: "create",
        acts: [created({ upgradeStrategy: { type: "Recreate" }, workers: [{ replicas: 1 }] })],
      },
      { name: "upgrade", acts: [withEnvironment("2")] },
    ],
  },
  {
    name: "rolling-update",
    about: "an upgrade of workers, one after the other",
    steps: [
      {
        name: "create",
        acts: [created({ upgradeStrategy: { type: "RollingUpdate" }, workers: [{ replicas: 2 }] })],
      },
      { name: "upgrade", acts: [withWorkerEnvironment("2"), { act: "wait", ms: 12_000 }] },
    ],
  },
  {
    name: "quota",
    about: "a quota has no room for a pod, then for the head alone, then for all",
    steps: [
      { name: "no room", acts: [...quota(0), created({ workers: [{ replicas: 1 }] })], mends: [] },
      { name: "room for the head", acts: quotaOf(1), mends: [] },
      { name: "room for all", acts: quotaOf(9) },
    ],
  },
  {
    name: "multi-host-replaced",
    about: "a host of a replica fails, and the whole replica is replaced",
    steps: [
      { name: "create", acts: [created({ workers: [{ replicas: 2, numOfHosts: 2 }] })] },
      { name: "fails", acts: [failed(isWorker)] },
      { name: "down", acts: [scaled(1)] },
    ],
  },
  {
    name: "policies-and-replacements",
    about: "a network policy and a token beside workers that are lost one after the other",
    steps: [
      {
        name: "create",
        acts: [
          created({
            rayVersion: "2.53.0",
            authOptions: { mode: "token" },
            networkPolicy: { mode: "DenyAll" },
            workers: [{ replicas: 2 }],
          } as never),
        ],
      },
      { name: "lose one", acts: [gone(isWorker)] },
      { name: "lose another", acts: [failed(isWorker)] },
      { name: "delete", acts: [deleted()] },
    ],
  },
];
