/** One call to the API, and what it answered. Instants are places in one order of all calls and answers. */
export interface Operation {
  readonly verb: "create" | "update" | "delete" | "get";
  readonly key: string;
  readonly calledAt: number;
  readonly answeredAt: number;
  /** The revision that an update or a deletion named. */
  readonly expected?: number;
  readonly answer: { readonly revision: number } | { readonly reason: string };
}

/** One change as a watch told it. */
export interface ObservedChange {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly key: string;
  readonly revision: number;
}

/**
 * What is wrong with a history; nothing, if each object behaves as one register that is read, written and compared at
 * some instant between call and answer, and the watch told exactly the writes that were answered.
 */
export function historyProblems(
  operations: readonly Operation[],
  changes: readonly ObservedChange[],
): readonly string[] {
  const writes = new Map(operations.flatMap((each) => (isDoneWrite(each) ? [[revisionOf(each), each]] : [])));
  const registers = new Map<string, Register>();
  for (const change of changes) {
    const states = registers.get(change.key) ?? [{ revision: undefined, by: undefined }];
    const revision = change.type === "DELETED" ? undefined : change.revision;
    registers.set(change.key, [...states, { revision, by: writes.get(change.revision) }]);
  }
  return [
    ...watchProblems(changes, writes),
    ...orderProblems([...writes.values()]),
    ...operations.flatMap((operation) => answerProblems(operation, registers.get(operation.key) ?? [NEVER])),
    ...[...registers].flatMap(([key, register]) => readProblems(key, register, operations)),
  ];
}

/** The states of one object, oldest first; the first is that it is not there. */
type Register = readonly State[];

interface State {
  /** `undefined`: it is not there. */
  readonly revision: number | undefined;
  readonly by: Operation | undefined;
}

const NEVER: State = { revision: undefined, by: undefined };

function watchProblems(
  changes: readonly ObservedChange[],
  writes: ReadonlyMap<number, Operation>,
): readonly string[] {
  const problems: string[] = [];
  let last = 0;
  for (const { revision, key } of changes) {
    if (revision <= last) problems.push(`revision ${revision} was told after ${last}`);
    if (writes.get(revision)?.key !== key) problems.push(`${key}@${revision} was told, and nobody wrote it`);
    last = revision;
  }
  const told = new Set(changes.map(({ revision }) => revision));
  for (const revision of writes.keys())
    if (!told.has(revision)) problems.push(`${revision} was written, and not told`);
  return problems;
}

/** Who is answered before another one calls has the smaller revision. */
function orderProblems(writes: readonly Operation[]): readonly string[] {
  const byCall = [...writes].sort((left, right) => left.calledAt - right.calledAt);
  const byAnswer = [...writes].sort((left, right) => left.answeredAt - right.answeredAt);
  const problems: string[] = [];
  let newestAnswered = 0;
  let answered = 0;
  for (const write of byCall) {
    for (let next = byAnswer[answered]; next && next.answeredAt < write.calledAt; next = byAnswer[answered]) {
      newestAnswered = Math.max(newestAnswered, revisionOf(next));
      answered += 1;
    }
    if (revisionOf(write) < newestAnswered) problems.push(`${described(write)} came after ${newestAnswered}`);
  }
  return problems;
}

function answerProblems(operation: Operation, register: Register): readonly string[] {
  if (isDoneWrite(operation)) {
    const place = register.findIndex(({ by }) => by === operation);
    const before = register[place - 1]?.revision;
    return place > 0 && mayFollow(operation, before) ? [] : [`${described(operation)} followed ${before}`];
  }
  const seen = register.slice(...windowOf(operation, register));
  return seen.some((state) => explains(state, operation))
    ? []
    : [`${described(operation)} saw none of ${seen.map(({ revision }) => revision).join()}`];
}

function mayFollow({ verb, expected }: Operation, before: number | undefined): boolean {
  if (verb === "create") return before === undefined;
  return before !== undefined && (expected === undefined || expected === before);
}

/** The states that an operation may have seen: from the newest one known at its call to the newest at its answer. */
function windowOf({ calledAt, answeredAt }: Operation, register: Register): readonly [number, number] {
  const first = register.findLastIndex(({ by }) => by === undefined || by.answeredAt < calledAt);
  const last = register.findLastIndex(({ by }) => by === undefined || by.calledAt < answeredAt);
  return [Math.max(first, 0), last + 1];
}

function explains({ revision }: State, { verb, answer, expected }: Operation): boolean {
  if ("revision" in answer) return revision === answer.revision;
  switch (answer.reason) {
    case "NotFound":
      return revision === undefined;
    case "AlreadyExists":
      return revision !== undefined && verb === "create";
    case "Conflict":
      return revision !== expected && verb !== "create";
    // Refused by the disk: it tells nothing of the object.
    case "Unavailable":
      return true;
    default:
      return false;
  }
}

/** A read that is called after another one was answered does not see an older state. */
function readProblems(key: string, register: Register, operations: readonly Operation[]): readonly string[] {
  const places = new Map(register.map(({ revision }, place) => [revision, place]));
  const reads = operations.filter(
    (each) => each.verb === "get" && each.key === key && "revision" in each.answer,
  );
  const byCall = [...reads].sort((left, right) => left.calledAt - right.calledAt);
  return byCall.flatMap((read, index) => {
    const earlier = byCall.slice(0, index).filter(({ answeredAt }) => answeredAt < read.calledAt);
    const newest = Math.max(0, ...earlier.map((each) => places.get(revisionOf(each)) ?? 0));
    return (places.get(revisionOf(read)) ?? -1) < newest ? [`${described(read)} went back in time`] : [];
  });
}

function isDoneWrite({ verb, answer }: Operation): boolean {
  return verb !== "get" && "revision" in answer;
}

function revisionOf({ answer }: Operation): number {
  return "revision" in answer ? answer.revision : 0;
}

function described({ verb, key, expected, answer }: Operation): string {
  const result = "revision" in answer ? answer.revision : answer.reason;
  return `${verb} ${key}${expected === undefined ? "" : ` (${expected})`} = ${result}`;
}
