import type { Duplex } from "node:stream";

/** Make one connection out of two: what comes in at one goes out at the other, and they end together. */
export function splice(one: Duplex, other: Duplex): void {
  forward(one, other);
  forward(other, one);
}

function forward(from: Duplex, to: Duplex): void {
  from.pipe(to);
  from.on("error", () => to.destroy());
  from.on("close", () => {
    if (!from.readableEnded) to.destroy();
  });
}
