import { createServer } from "node:net";

/** Below where kernels take ports for outgoing connections, above where services live. */
const FIRST_PORT = 20_000;
const PORTS_A_BLOCK = 16;
const BLOCKS = 768;

/** Gives out blocks of ports of the loopback on which nobody listens. */
export class PortBlocks {
  readonly #taken = new Set<number>();
  #next: number;

  /** @param start where to begin to look, so that two nodes of one machine begin at different places */
  constructor(start: number) {
    this.#next = start % BLOCKS;
  }

  /** The first port of a block of 16. @throws Error when every block is taken */
  async take(): Promise<number> {
    for (let tried = 0; tried < BLOCKS; tried += 1) {
      const block = this.#next;
      this.#next = (block + 1) % BLOCKS;
      if (this.#taken.has(block)) continue;
      this.#taken.add(block);
      const first = FIRST_PORT + block * PORTS_A_BLOCK;
      if (await areFree(first)) return first;
      this.#taken.delete(block);
    }
    throw new Error(`Cannot find ${PORTS_A_BLOCK} free ports in a row for a pod`);
  }

  release(first: number): void {
    this.#taken.delete((first - FIRST_PORT) / PORTS_A_BLOCK);
  }
}

async function areFree(first: number): Promise<boolean> {
  const ports = Array.from({ length: PORTS_A_BLOCK }, (_, index) => first + index);
  return (await Promise.all(ports.map(isFree))).every(Boolean);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
