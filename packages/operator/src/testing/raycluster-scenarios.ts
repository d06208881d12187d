import type { Scenario } from "@heliostat/controller/testing";
import { isHead, isWorker } from "./pod-facts.ts";
import {
  created,
  deleted,
  edited,
  expectedWorkers,
  failed,
  fated,
  forestalled,
  gone,
  groups,
  marked,
  retired,
  scaled,
} from "./raycluster-acts.ts";

/** The life of RayClusters, as users, nodes and the autoscaler make it. */
export const RAYCLUSTER_SCENARIOS: readonly Scenario[] = [
  {
    name: "bring-up",
    about: "a head and two workers",
    steps: [{ name: "create", acts: [created({})] }],
  },
  {
    name: "bring-up-groups",
    about: "three groups, one of them empty",
    steps: [
      {
        name: "create",
        acts: [
          created({
            workers: [
              { groupName: "small", replicas: 2 },
              { groupName: "large", replicas: 1 },
              { groupName: "idle", replicas: 0 },
            ],
          }),
        ],
      },
    ],
  },
  {
    name: "multi-host",
    about: "two replicas of two hosts each",
    steps: [
      { name: "create", acts: [created({ workers: [{ replicas: 2, numOfHosts: 2 }] })] },
      { name: "delete", acts: [deleted()] },
    ],
  },
  {
    name: "scale",
    about: "up and down by the user",
    steps: [
      { name: "create", acts: [created({ workers: [{ replicas: 1 }] })] },
      { name: "up", acts: [scaled(3)] },
      { name: "down", acts: [scaled(1)] },
    ],
  },
  {
    name: "autoscaler",
    about: "Ray's autoscaler names the workers that go, and lowers replicas in the same breath",
    steps: [
      {
        name: "create",
        acts: [created({ enableInTreeAutoscaling: true, workers: [{ replicas: 2 }] })],
      },
      { name: "one idle worker", acts: [retired(1)] },
      { name: "more work", acts: [scaled(3)] },
    ],
  },
  {
    name: "worker-dies",
    about: "a worker fails and is replaced",
    steps: [
      { name: "create", acts: [created({})] },
      { name: "fails", acts: [failed(isWorker)] },
    ],
  },
  {
    name: "head-dies",
    about: "the head fails and is replaced, under another name",
    steps: [
      { name: "create", acts: [created({ workers: [{ replicas: 1 }] })] },
      { name: "fails", acts: [failed(isHead)] },
      { name: "fails again", acts: [failed(isHead)] },
    ],
  },
  {
    name: "pods-vanish",
    about: "somebody deletes the head and a worker",
    steps: [
      { name: "create", acts: [created({})] },
      { name: "head", acts: [gone(isHead)] },
      { name: "worker", acts: [gone(isWorker)] },
    ],
  },
  {
    name: "unschedulable",
    about: "there is no room for a worker, then the group shrinks: the one that waits goes",
    steps: [
      { name: "create", acts: [created({ workers: [{ replicas: 1 }] })] },
      {
        name: "no room",
        mends: [],
        acts: [fated({ "ray.io/node-type": "worker" }, "unschedulable"), scaled(2)],
      },
      { name: "shrink", acts: [scaled(1)], mends: [] },
    ],
  },
  {
    name: "suspend",
    about: "suspended and resumed",
    steps: [
      { name: "create", acts: [created({ workers: [{ replicas: 1 }] })] },
      { name: "suspend", acts: [edited({ suspend: true })] },
      { name: "resume", acts: [edited({ suspend: false })] },
    ],
  },
  {
    name: "born-suspended",
    about: "created suspended, as Kueue does it",
    steps: [
      { name: "create", acts: [created({ suspend: true })] },
      { name: "resume", acts: [edited({ suspend: false })] },
    ],
  },
  {
    name: "groups-change",
    about: "a group is added, another removed",
    steps: [
      { name: "create", acts: [created({ workers: [{ groupName: "a", replicas: 1 }] })] },
      {
        name: "add",
        acts: [
          groups([
            { groupName: "a", replicas: 1 },
            { groupName: "b", replicas: 1 },
          ]),
        ],
      },
      { name: "remove", acts: [groups([{ groupName: "b", replicas: 1 }])] },
    ],
  },
  {
    name: "invalid-then-mended",
    about: "a mistake in the spec, and its correction",
    steps: [
      { name: "create", acts: [created({ workers: [{ replicas: 1, minReplicas: 3, maxReplicas: 1 }] })] },
      { name: "mend", acts: [groups([{ replicas: 1, minReplicas: 0, maxReplicas: 3 }])] },
      { name: "spoil", acts: [groups([{ replicas: 2, minReplicas: 5, maxReplicas: 3 }])], mends: [] },
      { name: "mend again", acts: [groups([{ replicas: 2, minReplicas: 0, maxReplicas: 3 }])] },
    ],
  },
  {
    name: "delete",
    about: "deleted when all is well",
    steps: [
      { name: "create", acts: [created({})] },
      { name: "delete", acts: [deleted()] },
    ],
  },
  {
    name: "delete-early",
    about: "deleted before any pod is ready, and made anew under the same name",
    steps: [
      { name: "create and delete", acts: [created({}), { act: "wait", ms: 300 }, deleted()] },
      { name: "again", acts: [created({ workers: [{ replicas: 1 }] })] },
    ],
  },
  {
    name: "two-clusters",
    about: "two clusters of one namespace whose names begin alike",
    steps: [
      {
        name: "create",
        acts: [
          created({ workers: [{ groupName: "b-w", replicas: 1 }] }, "a"),
          created({ workers: [{ groupName: "w", replicas: 1 }] }, "a-b"),
        ],
      },
      { name: "delete one", acts: [deleted("a")] },
    ],
  },
  {
    name: "long-names",
    about: "names of the greatest length, which pods share as far as they go",
    steps: [
      {
        name: "create",
        acts: [
          created({ workers: [{ groupName: `g${"x".repeat(20)}1`, replicas: 1 }] }, `c${"y".repeat(49)}-a`),
          created({ workers: [{ groupName: `g${"x".repeat(20)}1`, replicas: 1 }] }, `c${"y".repeat(49)}-b`),
        ],
      },
    ],
  },
  {
    name: "serve-service",
    about: "a cluster that is asked for a serve service",
    steps: [
      {
        name: "create",
        acts: [
          created({
            metadata: { annotations: { "ray.io/enable-serve-service": "true" } },
            workers: [{ replicas: 1 }],
          }),
        ],
      },
      { name: "delete", acts: [deleted()] },
    ],
  },
  {
    name: "users-write",
    about:
      "a user labels and annotates the cluster and edits what concerns no pod, while the autoscaler scales",
    steps: [
      { name: "create", acts: [created({ enableInTreeAutoscaling: true, workers: [{ replicas: 1 }] })] },
      { name: "label", acts: [marked({ labels: { "foreign.example/team": "a" } }), scaled(2)] },
      { name: "annotate", acts: [marked({ annotations: { "foreign.example/note": "b" } }), retired(1)] },
    ],
  },
  {
    name: "life",
    about: "a long life: up, down, a worker lost, a head lost, suspended, resumed, deleted",
    steps: [
      { name: "create", acts: [created({ workers: [{ replicas: 1 }] })] },
      { name: "up", acts: [scaled(3)] },
      { name: "lose a worker", acts: [failed(isWorker)] },
      { name: "down", acts: [scaled(2)] },
      { name: "lose the head", acts: [failed(isHead)] },
      { name: "suspend", acts: [edited({ suspend: true })] },
      { name: "resume", acts: [edited({ suspend: false })] },
      { name: "lose both", acts: [gone(isWorker), gone(isHead)] },
      { name: "delete", acts: [deleted()] },
    ],
  },
  {
    name: "edit-in-flight",
    about: "the spec changes before the change before it has been carried out",
    steps: [
      {
        name: "create",
        acts: [created({ workers: [{ replicas: 1 }] }), { act: "wait", ms: 12 }, scaled(3)],
      },
      { name: "up and up", acts: [scaled(4), { act: "wait", ms: 8 }, scaled(5)] },
    ],
  },
  {
    name: "bounds",
    about: "replicas beyond what the group's bounds allow, either way",
    steps: [
      { name: "create", acts: [created({ workers: [{ replicas: 0, minReplicas: 1, maxReplicas: 3 }] })] },
      { name: "beyond", acts: [scaled(9)] },
      { name: "below", acts: [scaled(0)] },
    ],
  },
  {
    name: "dead-names",
    about: "workersToDelete still lists workers that are gone while the user asks for more",
    steps: [
      { name: "create", acts: [created({ enableInTreeAutoscaling: true, workers: [{ replicas: 2 }] })] },
      { name: "retire", acts: [retired(2)] },
      { name: "more", acts: [scaled(3)] },
      { name: "lose one", acts: [gone(isWorker)] },
    ],
  },
  {
    name: "names-to-come",
    about: "workersToDelete lists a worker that there has never been, under the very name that comes next",
    steps: [
      { name: "create", acts: [created({ workers: [{ replicas: 1 }] })] },
      { name: "list", acts: [forestalled()] },
    ],
  },
  {
    name: "autoscaler-shrinks",
    about: "with the autoscaler on, fewer replicas alone remove nobody: it has yet to say who is idle",
    steps: [
      { name: "create", acts: [created({ enableInTreeAutoscaling: true, workers: [{ replicas: 2 }] })] },
      {
        name: "fewer, then who",
        acts: [scaled(1), { act: "wait", ms: 3000 }, expectedWorkers(2), retired(1, 0)],
      },
    ],
  },
  {
    name: "suspend-taken-back",
    about: "a suspension is taken back while pods still end: it is brought to its end first",
    steps: [
      { name: "create", acts: [created({ workers: [{ replicas: 1 }] })] },
      {
        name: "there and back",
        acts: [edited({ suspend: true }), { act: "wait", ms: 200 }, edited({ suspend: false })],
      },
    ],
  },
];
