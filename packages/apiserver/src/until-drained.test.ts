import { EventEmitter, getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { untilDrained } from "./until-drained.ts";

test.each(["drain", "abort"])("a wait that ends by %s leaves no listener behind", async (end) => {
  const stream = new EventEmitter();
  const leave = new AbortController();
  const waiting = untilDrained(stream, leave.signal);
  if (end === "drain") stream.emit("drain");
  else leave.abort();
  await waiting;
  expect([stream.listenerCount("drain"), getEventListeners(leave.signal, "abort")]).toEqual([0, []]);
});

test("nobody waits who has left already", async () => {
  const stream = new EventEmitter();
  await untilDrained(stream, AbortSignal.abort());
  expect(stream.listenerCount("drain")).toBe(0);
});
