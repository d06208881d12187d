import type { CustomResourceDefinition, CustomResourceDefinitionNames } from "@heliostat/kube";
import type { ServedResource } from "../registry/served-resource.ts";

/** A definition's names with those that it leaves to us. */
export type FullNames = Required<Pick<CustomResourceDefinitionNames, "listKind" | "singular">> &
  CustomResourceDefinitionNames;

/** Why a definition's names cannot be accepted. */
export interface NameConflict {
  /** `KindConflict`, `ShortNamesConflict`, … : the reason of the condition. */
  readonly reason: string;
  readonly message: string;
}

/** The names of a definition, `singular` and `listKind` derived from the kind where they are not given. */
export function fullNames({ names }: CustomResourceDefinition["spec"]): FullNames {
  return {
    ...names,
    singular: names.singular || names.kind.toLowerCase(),
    listKind: names.listKind || `${names.kind}List`,
  };
}

/** The first name that somebody else in the group already has; `undefined` when all are free. */
export function nameConflict(names: FullNames, others: readonly ServedResource[]): NameConflict | undefined {
  const resourceNames = new Set(
    others.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...shortNames]),
  );
  const kinds = new Set(others.flatMap(({ kind, listKind }) => [kind, listKind]));
  const shortName = names.shortNames?.find((each) => resourceNames.has(each));
  const taken: readonly (readonly [reason: string, name: string | undefined])[] = [
    ["PluralConflict", resourceNames.has(names.plural) ? names.plural : undefined],
    ["SingularConflict", resourceNames.has(names.singular) ? names.singular : undefined],
    ["ShortNamesConflict", shortName],
    ["KindConflict", kinds.has(names.kind) ? names.kind : undefined],
    ["ListKindConflict", kinds.has(names.listKind) ? names.listKind : undefined],
  ];
  const [reason, name] = taken.find((each) => each[1] !== undefined) ?? [];
  return reason === undefined ? undefined : { reason, message: `"${name}" is already in use` };
}
