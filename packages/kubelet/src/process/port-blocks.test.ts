import { createServer } from "node:net";
import { expect, it } from "vitest";
import { PortBlocks } from "./port-blocks.ts";

it("gives out each block once, and none in which somebody listens", async () => {
  const blocks = new PortBlocks(500);
  const first = await blocks.take();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(first + 16 + 3, "127.0.0.1", resolve));
  const second = await blocks.take();
  expect(second).toBeGreaterThanOrEqual(first + 32);
  await new Promise((resolve) => server.close(resolve));
  blocks.release(first);
  expect(await new PortBlocks((first - 20_000) / 16).take()).toBe(first);
});
