import type { Container, Pod } from "../gen/types.ts";
import { parseQuantity, printQuantity } from "./quantity.ts";

/** Amounts by resource name: of cpu in thousandths, of everything else in whole units. */
export type Amounts = ReadonlyMap<string, number>;

type Quantities = Readonly<Record<string, string | number>>;

/**
 * What a pod asks of its node, or the most that it may take of it (Kubernetes: `PodRequests`, `PodLimits`): its
 * containers together or, where that is more, what each start needs; and its overhead. A limit stands in for a request
 * that is not given.
 */
export function podAmounts({ spec }: Pod, of: "requests" | "limits"): Amounts {
  const inits = spec?.initContainers ?? [];
  const sidecars = inits.filter(({ restartPolicy }) => restartPolicy === "Always");
  const amountsIn = (container: Container): Amounts => containerAmounts(container, of);
  const steady = summedAmounts([...(spec?.containers ?? []), ...sidecars].map(amountsIn));
  const starting = inits.map((init, index) => {
    const before = inits.slice(0, index).filter(({ restartPolicy }) => restartPolicy === "Always");
    return summedAmounts([...before, init].map(amountsIn));
  });
  const needed = starting.reduce(largest, steady);
  const own = new Map([...needed, ...amountsOf(spec?.resources?.[of])]);
  return summedAmounts([own, amountsOf(spec?.overhead)]);
}

/** Quantities as numbers; what is none counts as zero. Rounded up, as Kubernetes does. */
export function amountsOf(quantities: Quantities | undefined): Amounts {
  return new Map(
    Object.entries(quantities ?? {}).map(([name, quantity]) => [name, amountOf(name, quantity)]),
  );
}

/** The reverse of {@link amountsOf}. */
export function quantitiesOf(amounts: Amounts): Readonly<Record<string, string>> {
  return Object.fromEntries([...amounts].map(([name, amount]) => [name, quantityText(name, amount)]));
}

/** All of them together. */
export function summedAmounts(all: readonly Amounts[]): Amounts {
  const total = new Map<string, number>();
  for (const each of all) for (const [name, amount] of each) total.set(name, (total.get(name) ?? 0) + amount);
  return total;
}

function containerAmounts({ resources }: Container, of: "requests" | "limits"): Amounts {
  const limits = amountsOf(resources?.limits);
  return of === "limits" ? limits : new Map([...limits, ...amountsOf(resources?.requests)]);
}

function largest(left: Amounts, right: Amounts): Amounts {
  const most = new Map(left);
  for (const [name, amount] of right) most.set(name, Math.max(most.get(name) ?? 0, amount));
  return most;
}

function amountOf(name: string, quantity: string | number): number {
  const value = parseQuantity(quantity) ?? 0;
  return Math.ceil(isCpu(name) ? Number((value * 1000).toFixed(6)) : value);
}

/** Bytes are mostly written in powers of 1024; what is no multiple of it certainly was not. */
function quantityText(name: string, amount: number): string {
  if (isCpu(name)) return printQuantity(amount / 1000, "DecimalSI");
  const isBinary = /(memory|storage)$/.test(name) && amount % 1024 === 0;
  return printQuantity(amount, isBinary ? "BinarySI" : "DecimalSI");
}

/** `cpu`, and the names under which quotas count it. */
function isCpu(name: string): boolean {
  return name === "cpu" || name.endsWith(".cpu");
}
