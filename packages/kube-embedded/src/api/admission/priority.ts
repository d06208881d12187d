import type { Pod, PriorityClass } from "@heliostat/kube";
import { DEFAULT_PREEMPTION, SYSTEM_PRIORITIES } from "../../registry/strategies/priority-class.ts";
import { forbidden } from "../refusals.ts";
import type { AdmissionPlugin, AdmittedWrite } from "./admission-plugin.ts";

const CLASSES = "scheduling.k8s.io/priorityclasses";

/**
 * Gives new pods the priority and the preemption policy of their class, or of the class that is everybody's default,
 * and sees that there is one such class at most (Kubernetes: `Priority`).
 */
export const priorityAdmission: AdmissionPlugin = {
  mutated(write) {
    const isNewPod = write.resource.storageKey === "/pods" && write.stored === undefined;
    return isNewPod ? withPriority(write.object as Pod, write) : write.object;
  },
  admit(write) {
    if (write.resource.storageKey === CLASSES) assertOneDefault(write);
    return undefined;
  },
};

/** What a class means to a pod. */
interface Standing {
  readonly className?: string;
  readonly priority: number;
  readonly preemptionPolicy: string;
}

const NOBODYS: Standing = { priority: 0, preemptionPolicy: DEFAULT_PREEMPTION };

function withPriority(pod: Pod, write: AdmittedWrite): Pod {
  const { spec = { containers: [] } } = pod;
  const { className, priority, preemptionPolicy } = standingOf(spec.priorityClassName, write);
  if (spec.priority !== undefined && spec.priority !== priority)
    throw refusal(
      write,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`,
    );
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy)
    throw refusal(
      write,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`,
    );
  const named = className === undefined ? {} : { priorityClassName: className };
  return { ...pod, spec: { ...spec, ...named, priority, preemptionPolicy } };
}

function standingOf(name: string | undefined, write: AdmittedWrite): Standing {
  if (!name) {
    const standard = defaultClass(write);
    return standard === undefined ? NOBODYS : standingIn(standard);
  }
  const found = write.store.get({ storageKey: CLASSES, key: name })?.object as PriorityClass | undefined;
  if (found) return standingIn(found);
  const priority = SYSTEM_PRIORITIES.get(name);
  if (priority === undefined) throw refusal(write, `no PriorityClass with name ${name} was found`);
  return { className: name, priority, preemptionPolicy: DEFAULT_PREEMPTION };
}

function standingIn({ metadata, value = 0, preemptionPolicy = DEFAULT_PREEMPTION }: PriorityClass): Standing {
  return { className: metadata.name, priority: value, preemptionPolicy };
}

/** Of several, which only a race could make, the lowest (Kubernetes rule). */
function defaultClass({ store }: AdmittedWrite): PriorityClass | undefined {
  if (store.collection(CLASSES).size === 0) return undefined;
  return [...store.newestBelow(CLASSES, "")]
    .map(({ object }) => object as PriorityClass)
    .filter(({ globalDefault }) => globalDefault === true)
    .sort((left, right) => (left.value ?? 0) - (right.value ?? 0))[0];
}

function assertOneDefault(write: AdmittedWrite): void {
  if ((write.object as PriorityClass).globalDefault !== true) return;
  const name = defaultClass(write)?.metadata.name;
  if (name === undefined || name === write.object.metadata.name) return;
  throw refusal(write, `PriorityClass ${name} is already marked as default. Only one default can exist`);
}

function refusal({ resource, object }: AdmittedWrite, because: string): Error {
  return forbidden(resource, object.metadata.name || object.metadata.generateName || "", because);
}
