import { interceptedClient, type KubeClient } from "@heliostat/kube";

export interface FairShareOptions {
  /** Requests in flight at once, all keys together. @default 32 */
  readonly maxInFlight?: number;
}

/**
 * Who may send the next request, so that a key with a thousand to send does not hold up one with five.
 *
 * **Flow.** Every request waits in the queue of its key. A free place goes to a newcomer first (a key that has not
 * sent many since it began), then to the key with the fewest in flight.
 *
 * **Guarantees.** Never more than `maxInFlight` requests; never more than half of them for one key, so that a newcomer
 * finds room at once; old hands share what is left over equally. Each request of a newcomer sets them back to a few in
 * flight, from where they double at each answer round (TCP's slow start): a newcomer who looks at one answer before it
 * sends the next does not find a thousand requests in between.
 *
 * **Caveats.** Watches are streams and do not count. A key that rests is a newcomer again.
 */
export class FairShare {
  readonly #maxInFlight: number;
  readonly #accounts = new Map<string, Account>();
  #inFlight = 0;

  constructor({ maxInFlight = 32 }: FairShareOptions = {}) {
    this.#maxInFlight = maxInFlight;
  }

  /**
   * The same client, whose requests wait for their turn on behalf of `key`.
   *
   * @param options.isBackground whether they can wait: one at a time, and nobody holds back for them
   */
  clientOf(
    key: string,
    client: KubeClient,
    { isBackground = false }: { readonly isBackground?: boolean } = {},
  ): KubeClient {
    return interceptedClient(client, (_request, send) => this.#send({ key, isBackground }, send));
  }

  async #send<T>({ key, isBackground }: Sender, request: () => Promise<T>): Promise<T> {
    await this.#turnOf({ key, isBackground });
    try {
      return await request();
    } finally {
      this.#ended(key);
    }
  }

  #turnOf({ key, isBackground }: Sender): Promise<void> {
    const account = this.#accounts.get(key) ?? this.#open(key, isBackground);
    return new Promise((resolve) => {
      account.waiting.push(resolve);
      this.#begin();
    });
  }

  #open(key: string, isBackground: boolean): Account {
    const account = { isBackground, inFlight: 0, begun: 0, allowance: this.#half, waiting: [] };
    this.#accounts.set(key, account);
    return account;
  }

  #ended(key: string): void {
    const account = this.#accounts.get(key);
    if (!account) return;
    const isUsedUp = account.inFlight === account.allowance;
    if (isUsedUp && account.allowance < this.#half && !this.#isNewcomerBusy()) account.allowance += 1;
    account.inFlight -= 1;
    this.#inFlight -= 1;
    if (account.inFlight === 0 && account.waiting.length === 0) this.#accounts.delete(key);
    this.#begin();
  }

  #begin(): void {
    while (this.#inFlight < this.#maxInFlight) {
      const next = this.#next();
      if (!next) return;
      if (isNewcomer(next)) this.#holdBack();
      next.inFlight += 1;
      next.begun += 1;
      this.#inFlight += 1;
      next.waiting.shift()?.();
    }
  }

  #holdBack(): void {
    for (const account of this.#accounts.values()) if (!isNewcomer(account)) account.allowance = HELD_BACK;
  }

  #isNewcomerBusy(): boolean {
    return [...this.#accounts.values()].some(isNewcomer);
  }

  #next(): Account | undefined {
    const accounts = [...this.#accounts.values()];
    const oldHands = accounts.filter((account) => !account.isBackground && !isNewcomer(account)).length;
    let best: Account | undefined;
    for (const account of accounts) {
      if (account.waiting.length === 0 || account.inFlight >= this.#limitOf(account, oldHands)) continue;
      if (!best || isBefore(account, best)) best = account;
    }
    return best;
  }

  #limitOf(account: Account, oldHands: number): number {
    if (account.isBackground) return 1;
    if (isNewcomer(account)) return this.#half;
    const share = Math.max(HELD_BACK, Math.floor(this.#maxInFlight / oldHands));
    return Math.max(1, Math.min(this.#half, share, account.allowance));
  }

  get #half(): number {
    return Math.max(1, Math.floor(this.#maxInFlight / 2));
  }
}

interface Sender {
  readonly key: string;
  readonly isBackground: boolean;
}

interface Account {
  readonly isBackground: boolean;
  inFlight: number;
  /** Requests begun since the key was last at rest. */
  begun: number;
  /** How many an old hand may have in flight by now. */
  allowance: number;
  readonly waiting: (() => void)[];
}

/** Enough for a small cluster from first to last. */
const NEWCOMER_REQUESTS = 16;
/** What an old hand keeps in flight when a newcomer sends. */
const HELD_BACK = 3;

function isNewcomer({ begun, isBackground }: Account): boolean {
  return !isBackground && begun < NEWCOMER_REQUESTS;
}

function isBefore(account: Account, other: Account): boolean {
  if (isNewcomer(account) !== isNewcomer(other)) return isNewcomer(account);
  return account.inFlight < other.inFlight;
}
