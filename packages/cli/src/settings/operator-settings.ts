import type { OperatorSettings } from "@heliostat/operator";
import { type BatchScheduler, batchSchedulerOf, SpecError } from "@heliostat/ray";
import { UserError } from "../user-error.ts";
import type { OperatorConfiguration } from "./configuration-file.ts";
import { type Environment, raySettings } from "./ray-settings.ts";

/** What flags say of an operator's setup. They go before the file, and the file before the environment. */
export interface OperatorSettingFlags {
  /** `volcano`, `yunikorn`, … */
  readonly batchScheduler?: string;
  readonly hasSecureDefaults: boolean;
}

export interface SettingSources {
  readonly environment: Environment;
  readonly configuration?: OperatorConfiguration;
  /** Where the operator itself runs, if that is a pod. */
  readonly ownNamespace?: string;
}

/** How the operator is set up, from all who may say so. @throws UserError */
export function operatorSettings(
  { batchScheduler, hasSecureDefaults }: OperatorSettingFlags,
  { environment, configuration, ownNamespace }: SettingSources,
): OperatorSettings {
  const schedulerName = batchScheduler ?? configuration?.batchScheduler;
  return {
    ray: { ...raySettings(environment), ...configuration?.ray },
    ...(schedulerName && { scheduler: scheduler(schedulerName) }),
    ...(hasSecureDefaults && {
      secureDefaults: ownNamespace === undefined ? {} : { operatorNamespace: ownNamespace },
    }),
  };
}

function scheduler(name: string): BatchScheduler {
  try {
    return batchSchedulerOf(name);
  } catch (cause) {
    if (!(cause instanceof SpecError)) throw cause;
    throw new UserError(
      `Cannot use batch scheduler ${name}: the ${cause.problems[0]?.field} ${cause.problems[0]?.message}`,
      { cause },
    );
  }
}
