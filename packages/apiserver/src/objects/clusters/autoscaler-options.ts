import { create } from "@bufbuild/protobuf";
import { type EnvFromSource, parseQuantity } from "@heliostat/kube";
import {
  type AutoscalerOptions as AutoscalerMessage,
  AutoscalerOptionsSchema,
  type EnvironmentVariables,
  EnvironmentVariablesSchema,
  EnvValueFrom_Source,
  EnvValueFromSchema,
} from "@heliostat/proto";
import type { AutoscalerOptions } from "@heliostat/ray";
import { ApiError } from "../../errors/api-error.ts";
import { isAlways } from "../pods/group-pods.ts";
import { mountMessages } from "../pods/volume-messages.ts";
import { volumeMounts } from "../pods/volumes.ts";

const DEFAULT_CPU = "500m";
const DEFAULT_MEMORY = "512Mi";

/**
 * How the autoscaler behaves, as a cluster's spec says it.
 *
 * @throws ApiError `InvalidArgument` when an amount is no quantity or the mode is none
 */
export function autoscalerOptions(message: AutoscalerMessage): AutoscalerOptions {
  const { idleTimeoutSeconds, upscalingMode, image, imagePullPolicy, envs } = message;
  const env = Object.entries(envs?.values ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
  const envFrom = envFromSources(envs);
  return {
    ...(idleTimeoutSeconds > 0 && { idleTimeoutSeconds }),
    ...(upscalingMode !== "" && { upscalingMode: checkedMode(upscalingMode) }),
    ...(image !== "" && { image }),
    ...(isAlways(imagePullPolicy) && { imagePullPolicy: "Always" }),
    ...(env.length > 0 && { env: env.map(([name, value]) => ({ name, value })) }),
    ...(envFrom.length > 0 && { envFrom }),
    ...volumeMounts(message.volumes),
    ...resources(message),
  };
}

/** The reverse of {@link autoscalerOptions}. Whole config maps and secrets are told as `"0"`, `"1"`, … (KubeRay rule). */
export function autoscalerMessage(options: AutoscalerOptions): AutoscalerMessage {
  const { env = [], envFrom = [], resources: amounts } = options;
  const hasEnv = env.length > 0 || envFrom.length > 0;
  return create(AutoscalerOptionsSchema, {
    idleTimeoutSeconds: options.idleTimeoutSeconds ?? 0,
    upscalingMode: options.upscalingMode ?? "",
    image: options.image ?? "",
    imagePullPolicy: options.imagePullPolicy === "Always" ? "Always" : "",
    cpu: String(amounts?.limits?.["cpu"] ?? ""),
    memory: String(amounts?.limits?.["memory"] ?? ""),
    volumes: mountMessages(options.volumeMounts),
    ...(hasEnv && { envs: environmentMessage(options) }),
  });
}

const MODES = ["Conservative", "Default", "Aggressive"] as const;

function checkedMode(text: string): (typeof MODES)[number] {
  const mode = MODES.find((each) => each === text);
  if (mode) return mode;
  throw new ApiError(
    "InvalidArgument",
    `autoscalerOptions.upscalingMode must be ${MODES.join(", ")}, but is "${text}"`,
  );
}

function resources({ cpu, memory }: AutoscalerMessage): Pick<AutoscalerOptions, "resources"> {
  if (cpu === "" && memory === "") return {};
  const amounts = { cpu: cpu || DEFAULT_CPU, memory: memory || DEFAULT_MEMORY };
  for (const [name, amount] of Object.entries(amounts))
    if (parseQuantity(amount) === undefined)
      throw new ApiError("InvalidArgument", `${name} for autoscaler is not specified correctly`);
  return { resources: { requests: amounts, limits: amounts } };
}

function envFromSources(envs: EnvironmentVariables | undefined): readonly EnvFromSource[] {
  return Object.values(envs?.valuesFrom ?? {}).flatMap(({ source, name }): readonly EnvFromSource[] => {
    if (source === EnvValueFrom_Source.CONFIGMAP) return [{ configMapRef: { name } }];
    return source === EnvValueFrom_Source.SECRET ? [{ secretRef: { name } }] : [];
  });
}

function environmentMessage({ env = [], envFrom = [] }: AutoscalerOptions): EnvironmentVariables {
  const references = envFrom.map(({ configMapRef, secretRef }, index) => {
    const source = configMapRef ? EnvValueFrom_Source.CONFIGMAP : EnvValueFrom_Source.SECRET;
    const name = configMapRef?.name ?? secretRef?.name ?? "";
    return [String(index), create(EnvValueFromSchema, { source, name })] as const;
  });
  return create(EnvironmentVariablesSchema, {
    values: Object.fromEntries(env.map(({ name, value }) => [name, value ?? ""])),
    valuesFrom: Object.fromEntries(references),
  });
}
