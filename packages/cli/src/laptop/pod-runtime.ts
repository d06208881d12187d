import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type CatalogueOptions,
  type ContainerRuntime,
  imageCatalogueFile,
  processRuntime,
  sandboxRuntime,
  simulatedRuntime,
} from "@heliostat/kubelet";
import { parse } from "yaml";
import type { Config } from "../config.ts";
import { programOn, pythonsOn, type RayInstallation } from "../ray/find-ray.ts";
import type { PodsChoice } from "../up/choose-runtime.ts";
import type { UpOptions } from "../up/up-options.ts";
import { UserError } from "../user-error.ts";
import type { Laptop } from "./laptop.ts";

export interface PodRuntimeContext {
  readonly options: UpOptions;
  readonly config: Config;
  readonly laptop: Laptop;
}

/** The driver that was chosen. @throws UserError when the user's image catalogue cannot be read */
export async function podRuntime(choice: PodsChoice, context: PodRuntimeContext): Promise<ContainerRuntime> {
  const { options, config, laptop } = context;
  if (choice.runtime === "simulated") return simulatedRuntime({ clock: laptop.clock });
  const images = await catalogue(choice.ray, context);
  if (choice.runtime === "process") return processRuntime({ images, logger: laptop.logger });
  return sandboxRuntime({
    folder: join(laptop.folder, "pods"),
    images,
    apiServer: { host: "127.0.0.1", port: laptop.port },
    internet: options.hasProxy ? config.proxies : "off",
    // Pods run as the user; without this they could read the administrator's key.
    hiddenFolders: [laptop.folder],
    logger: laptop.logger,
  });
}

async function catalogue(
  ray: RayInstallation,
  { options, config, laptop }: PodRuntimeContext,
): Promise<CatalogueOptions> {
  const [python] = pythonsOn(config.path);
  const redis = programOn(config.path, "redis-server");
  const installations = {
    ray,
    ...(python !== undefined && { python }),
    ...(redis !== undefined && { redis }),
  };
  const file = options.imageCatalogue ?? join(laptop.folder, "images.yaml");
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    // The file in the state folder is the user's to write or not; one that was named must be there.
    if (cause.code === "ENOENT" && options.imageCatalogue === undefined) return undefined;
    throw new UserError(`Cannot read image catalogue "${file}": ${cause.message}`, { cause });
  });
  if (text === undefined) return { ...installations, file };
  try {
    return { ...installations, file, added: imageCatalogueFile(parse(text), file, installations) };
  } catch (cause) {
    throw new UserError((cause as Error).message, { hint: "docs/images.md says what it may hold", cause });
  }
}
