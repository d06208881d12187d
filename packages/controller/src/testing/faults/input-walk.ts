import { isKubeError, type Json, type KubeObject, nameOf, type Resource } from "@heliostat/kube";
import type { Lab } from "./lab.ts";
import type { FieldValue } from "./schema-walk.ts";
import { withValue } from "./schema-walk.ts";
import { type Violation, World } from "./world.ts";

/** One change of one field, there or back. */
export interface Transition {
  /** `spec.workerGroupSpecs.0.replicas = -1` */
  readonly text: string;
  readonly violations: readonly Violation[];
  /** Whether the API refused the value, so that the controller never saw it. */
  readonly isRefused: boolean;
}

export interface InputWalkOptions {
  readonly resource: Resource;
  /** A sound object with a `spec`. */
  readonly object: KubeObject;
  readonly values: readonly FieldValue[];
}

const REST = { quietMs: 1600, limitMs: 120_000 };
/** How long a value stays, for the controller to choke on. */
const STAY_MS = 2500;

/**
 * Give the fields of one living object one value after the other, and take each back. The controller may do with a value
 * what it likes, but for failing; when it is taken back, the world has to be again what it was.
 */
export async function* inputWalk(
  lab: Lab,
  { resource, object, values }: InputWalkOptions,
): AsyncGenerator<Transition, void, undefined> {
  let rest = values;
  while (rest.length > 0) {
    const world = await World.begin(lab, 1);
    world.startProcess();
    await world.perform({ act: "create", resource, object });
    await world.rest({ ...REST, quietMs: 4000, isDone: () => true });
    const spec = specOf(lab, resource, object);
    let made = 0;
    for (const value of rest) {
      made += 1;
      const there = await step(world, {
        resource,
        object,
        spec: withValue(spec, value),
        text: textOf(value),
      });
      yield there;
      if (there.isRefused) continue;
      const back = await stepBack(world, { resource, object, spec, text: `${textOf(value)}, taken back` });
      yield back;
      if (back.violations.length > 0) break;
    }
    await world.end();
    rest = rest.slice(made);
  }
}

interface Edit {
  readonly resource: Resource;
  readonly object: KubeObject;
  readonly spec: Json;
  readonly text: string;
}

async function step(world: World, edit: Edit): Promise<Transition> {
  const isRefused = !(await replaceSpec(world, edit));
  if (!isRefused) await world.pass(STAY_MS);
  return { text: edit.text, violations: world.violations, isRefused };
}

async function stepBack(world: World, edit: Edit): Promise<Transition> {
  const { log, suite } = world.lab;
  const isDone = (): boolean => suite.atRest(log).length === 0;
  if (!(await replaceSpec(world, edit))) world.report("a value can be taken back", edit.text);
  else if (!(await world.rest({ ...REST, isDone })))
    world.report("a value that is taken back wedges nothing", suite.atRest(log).join(", ") || "never quiet");
  return { text: edit.text, violations: world.violations, isRefused: false };
}

/** Whether the API has taken it. */
async function replaceSpec(world: World, { resource, object, spec }: Edit): Promise<boolean> {
  const { client } = world.lab;
  try {
    const live = await client.get(resource, nameOf(object));
    await client.update(resource, { ...live, spec } as KubeObject);
    return true;
  } catch (error) {
    if (isKubeError(error)) return false;
    throw error;
  }
}

function specOf(lab: Lab, resource: Resource, object: KubeObject): Json {
  const { namespace, name } = object.metadata;
  const live = lab.log.get(resource, `${namespace}/${name}`);
  return (live as unknown as { readonly spec: Json }).spec;
}

function textOf({ path, value }: FieldValue): string {
  const text = JSON.stringify(value);
  return `spec.${path.join(".")} = ${text.length > 40 ? `${text.slice(0, 40)}…` : text}`;
}
