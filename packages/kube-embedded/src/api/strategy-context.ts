import { keyOf, randomSuffix } from "@heliostat/kube";
import type { StrategyContext } from "../registry/served-resource.ts";
import type { ApiGround } from "./api-ground.ts";

/** What the rules of a kind may ask of the API. */
export function strategyContext({ store, clock, random, serviceAddresses }: ApiGround): StrategyContext {
  return {
    nowMs: clock.now(),
    find: (storageKey, name) => store.get({ storageKey, key: keyOf(name) })?.object,
    nameSuffix: () => randomSuffix(random),
    allocateServiceAddress: () => serviceAddresses.allocateAddress(),
    allocateNodePort: () => serviceAddresses.allocateNodePort(),
    nodePortProblem: (port) => serviceAddresses.nodePortProblem(port),
    isServiceAddressFree: (address) => serviceAddresses.isFree(address),
  };
}
