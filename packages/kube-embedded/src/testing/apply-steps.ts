import type { KubeObject, Schema } from "@heliostat/kube";
import { appliedConfig } from "../apply/apply-config.ts";
import { EMPTY_SET, type FieldSet } from "../apply/field-set.ts";
import { type FieldType, FieldTypes } from "../apply/field-type.ts";
import type { KindVersions } from "../apply/kind-versions.ts";
import type { Owners } from "../apply/owners.ts";
import { trackedUpdate } from "../apply/track-update.ts";
import { schemaScope } from "../schema/schema-scope.ts";

/** What is left of an object when its apiVersion and kind go without saying. */
export type Content = Readonly<Record<string, unknown>>;

/** An object in the course of writes by several owners. */
export interface ApplyHistory {
  readonly content: Content;
  readonly owners: Owners;
  /** `{ "first Apply": { "f:a": {} } }` */
  readonly owned: Readonly<Record<string, FieldSet>>;
  apply(manager: string, config: Content, options?: StepOptions): ApplyHistory;
  update(manager: string, content: Content, options?: StepOptions): ApplyHistory;
  /** The same object after its schema has changed. */
  under(versions: KindVersions): ApplyHistory;
}

interface StepOptions {
  readonly isForced?: boolean;
  readonly apiVersion?: string;
  readonly time?: string;
}

const V1 = "example.com/v1";

/** An object that is not there yet. */
export function history(versions: KindVersions): ApplyHistory {
  return historyOf({ object: undefined, owners: [], versions });
}

/** One version of a custom kind with these properties. */
export function versionOf(properties: Readonly<Record<string, Schema>>): KindVersions {
  const type = fieldType({ type: "object", properties });
  return { typeOf: (apiVersion) => (apiVersion === V1 ? type : undefined), convert: (object) => object };
}

export function fieldType(schema: Schema): FieldType {
  return new FieldTypes(schemaScope({}, true)).of(schema);
}

interface State {
  readonly object: KubeObject | undefined;
  readonly owners: Owners;
  readonly versions: KindVersions;
}

function historyOf({ object, owners, versions }: State): ApplyHistory {
  const { apiVersion: _, kind: __, metadata: ___, ...content } = object ?? objectOf({}, V1);
  return {
    content,
    owners,
    owned: Object.fromEntries(
      owners.map(({ manager, operation, fieldsV1 }) => [`${manager} ${operation}`, fieldsV1 as FieldSet]),
    ),
    apply: (manager, config, options) =>
      historyOf(applied({ object, owners, versions }, manager, { content: config, ...options })),
    update: (manager, next, options) =>
      historyOf(updated({ object, owners, versions }, manager, { content: next, ...options })),
    under: (others) => historyOf({ object, owners, versions: others }),
  };
}

type Step = StepOptions & { readonly content: Content };

function applied({ object, owners, versions }: State, name: string, step: Step): State {
  const { apiVersion = V1, isForced = false, time = TIME } = step;
  const live = object && versions.convert(object, apiVersion);
  const config = objectOf(step.content, apiVersion);
  const writer = { name, operation: "Apply", apiVersion } as const;
  const next = appliedConfig({ live, owners, config, writer, isForced, time, reset: EMPTY_SET }, versions);
  return { ...next, versions };
}

function updated({ object, owners, versions }: State, name: string, step: Step): State {
  const { apiVersion = V1, time = TIME } = step;
  const before = object && versions.convert(object, apiVersion);
  const after = objectOf(step.content, apiVersion);
  const writer = { name, operation: "Update", apiVersion } as const;
  const change = { before, after, apiVersion };
  const next = trackedUpdate({ change, owners, writer, time, reset: EMPTY_SET }, versions);
  return { object: after, owners: next, versions };
}

const TIME = "2026-01-01T00:00:00Z";

function objectOf(content: Content, apiVersion: string): KubeObject {
  return { apiVersion, kind: "Thing", metadata: { name: "thing" }, ...content } as unknown as KubeObject;
}
