import type { RaySettings } from "@heliostat/ray";
import { UserError } from "../user-error.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment of an operator says about the objects that it makes, under KubeRay's names. @throws UserError */
export function raySettings(environment: Environment): RaySettings {
  const { CLUSTER_DOMAIN: clusterDomain } = environment;
  const isOn = (name: string): boolean | undefined => booleanOf(name, environment);
  const hasAddress = isOn("ENABLE_RAY_HEAD_CLUSTER_IP_SERVICE");
  return {
    ...(clusterDomain && { clusterDomain }),
    ...(hasAddress !== undefined && { isHeadServiceHeadless: !hasAddress }),
    ...given("hasWaitContainer", isOn("ENABLE_INIT_CONTAINER_INJECTION")),
    ...given("hasProbes", isOn("ENABLE_PROBES_INJECTION")),
    ...given("isLoginShell", isOn("ENABLE_LOGIN_SHELL")),
    ...given("emptiesRedis", isOn("ENABLE_GCS_FT_REDIS_CLEANUP")),
  };
}

function given<K extends keyof RaySettings>(
  name: K,
  value: RaySettings[K] | undefined,
): Partial<RaySettings> {
  return value === undefined ? {} : { [name]: value };
}

/** What a variable says, if it says anything. @throws UserError when that is neither true nor false */
export function booleanOf(name: string, environment: Environment): boolean | undefined {
  const text = environment[name];
  const word = text?.trim().toLowerCase() ?? "";
  if (word === "") return undefined;
  if (word === "true" || word === "false") return word === "true";
  throw new UserError(`Cannot read the environment: ${name} is "${text}"`, {
    hint: "Set it to true or false",
  });
}
