import { expect, test } from "vitest";
import { KnownAnswers } from "./known-answers.ts";

function changing() {
  const listeners: (() => void)[] = [];
  return {
    onChange: (listener: () => void) => void listeners.push(listener),
    change: () => {
      for (const listener of listeners) listener();
    },
  };
}

test("an answer is the same while nothing changes, and another after a change of any cache", () => {
  const caches = [changing(), changing()];
  const answers = new KnownAnswers<object>(...caches);
  for (const { change } of caches) {
    const first = answers.of(["a", 0n], () => ({}));
    expect(answers.of(["a", 0n], () => ({}))).toBe(first);
    change();
    expect(answers.of(["a", 0n], () => ({}))).not.toBe(first);
  }
});

test("no two questions are taken for one another", () => {
  const answers = new KnownAnswers<number>();
  const questions = [["a b", "c"], ["a", "b c"], ["a", "b", "c"], ["a b c"], ['a","b', "c"], [""], []];
  expect(questions.map((question, index) => answers.of(question, () => index))).toEqual([
    0, 1, 2, 3, 4, 5, 6,
  ]);
});

test("what cannot be answered is asked anew, and what is remembered is bounded", () => {
  const answers = new KnownAnswers<number>();
  const failing = (): number => {
    throw new Error("no");
  };
  expect(() => answers.of(["x"], failing)).toThrow("no");
  expect(answers.of(["x"], () => 1)).toBe(1);
  for (let index = 0; index < 1000; index++) answers.of([String(index)], () => index);
  expect(answers.of(["x"], () => 2)).toBe(2);
});
