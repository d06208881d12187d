import { describe, expect, it } from "vitest";
import { historyProblems, type ObservedChange, type Operation } from "./history-checker.ts";

const CREATED = operation("create", { revision: 2 }, [1, 2]);
const CHANGES: readonly ObservedChange[] = [
  { type: "ADDED", key: "k", revision: 2 },
  { type: "MODIFIED", key: "k", revision: 3 },
];

describe("historyProblems", () => {
  it("finds nothing wrong with calls that overlap, in whatever order they took effect", () => {
    const updated = operation("update", { revision: 3 }, [3, 9]);
    const reads = [
      operation("get", { revision: 2 }, [4, 5]),
      operation("get", { revision: 3 }, [6, 7]),
      operation("create", { reason: "AlreadyExists" }, [3, 4]),
      operation("delete", { reason: "Conflict" }, [4, 8], 1),
      operation("update", { reason: "Unavailable" }, [4, 8]),
    ];
    expect(historyProblems([CREATED, updated, ...reads], CHANGES)).toEqual([]);
  });

  it.each([
    ["a stale read", operation("get", { revision: 2 }, [5, 6])],
    ["a read of what was never there", operation("get", { revision: 7 }, [5, 6])],
    ["an object that is lost", operation("get", { reason: "NotFound" }, [5, 6])],
    ["a write that nobody was told of", operation("update", { revision: 4 }, [5, 6])],
    ["a second creation", operation("create", { revision: 3 }, [3, 4])],
    ["a comparison that did not hold", operation("update", { revision: 3 }, [3, 4], 1)],
    ["a conflict without cause", operation("update", { reason: "Conflict" }, [5, 6], 3)],
    ["an error of ours", operation("get", { reason: "Internal" }, [5, 6])],
  ])("finds %s", (_, wrong) => {
    const updated =
      wrong.answer && "revision" in wrong.answer && wrong.answer.revision === 3 ? [] : [UPDATED];
    expect(historyProblems([CREATED, ...updated, wrong], CHANGES)).not.toEqual([]);
  });

  it("finds a refused write that was told all the same, and a watch that goes back", () => {
    expect(historyProblems([CREATED], CHANGES)).toContain("k@3 was told, and nobody wrote it");
    expect(historyProblems([CREATED, UPDATED], [...CHANGES].reverse())).toContain(
      "revision 2 was told after 3",
    );
  });

  it("finds a read that goes back behind an earlier one, while the write is still at work", () => {
    const slow = operation("update", { revision: 3 }, [3, 20]);
    const reads = [operation("get", { revision: 3 }, [4, 5]), operation("get", { revision: 2 }, [6, 7])];
    expect(historyProblems([CREATED, slow, ...reads], CHANGES)).toEqual(["get k = 2 went back in time"]);
  });
});

const UPDATED = operation("update", { revision: 3 }, [3, 4]);

function operation(
  verb: Operation["verb"],
  answer: Operation["answer"],
  ...[[calledAt, answeredAt], expected]: readonly [readonly [number, number], number?]
): Operation {
  return { verb, key: "k", calledAt, answeredAt, answer, ...(expected !== undefined && { expected }) };
}
