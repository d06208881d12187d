import { HandClock } from "@heliostat/kube/testing";
import { expect, it } from "vitest";
import { RateLimiter } from "./rate-limiter.ts";

it("lets a caller ask so often in a minute, evenly again afterwards, and no other pay for it", async () => {
  const clock = new HandClock();
  const limiter = new RateLimiter(clock, 6);
  const taken = () => Array.from({ length: 8 }, () => limiter.take("alice"));
  expect(taken()).toEqual([0, 0, 0, 0, 0, 0, 10, 10]);
  expect(limiter.take("bob")).toBe(0);
  await clock.turn(10_000);
  expect(taken()).toEqual([0, 10, 10, 10, 10, 10, 10, 10]);
  await clock.turn(3_600_000);
  expect(taken().filter((seconds) => seconds === 0)).toHaveLength(6);
});

it("holds a bounded number of callers", async () => {
  const clock = new HandClock();
  const limiter = new RateLimiter(clock, 1);
  limiter.take("first");
  for (let index = 0; index < 25_000; index++) limiter.take(`caller ${index}`);
  // Forgotten, and so as new.
  expect(limiter.take("first")).toBe(0);
  expect(limiter.take("caller 24999")).toBe(60);
});
