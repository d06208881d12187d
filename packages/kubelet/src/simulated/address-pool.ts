/** `10.244.0.1` is the node. */
const FIRST = 2;
const LAST = 0xfffe;

/** Addresses of pods, out of `10.244.0.0/16`: each is given again only when all others have been. */
export class AddressPool {
  readonly #free: number[] = [];
  #next = FIRST;

  /** @throws Error when every address is in use */
  take(): string {
    const number = this.#next <= LAST ? this.#next++ : this.#free.shift();
    if (number === undefined)
      throw new Error("Cannot give the pod an address: all of 10.244.0.0/16 are in use");
    return `10.244.${number >> 8}.${number & 0xff}`;
  }

  giveBack(ip: string): void {
    const [, , high, low] = ip.split(".").map(Number);
    this.#free.push(((high ?? 0) << 8) | (low ?? 0));
  }
}
