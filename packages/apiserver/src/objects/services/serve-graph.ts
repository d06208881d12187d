import type { ActorOptions, ServeConfig, ServeDeploymentGraphSpec } from "@heliostat/proto";
import { stringify } from "yaml";
import { ApiError } from "../../errors/api-error.ts";
import { yamlMap } from "../yaml-map.ts";

/** The name of the application that a deployment graph becomes. */
const GRAPH_APPLICATION = "default";

/** Where a graph is served that names no route. */
const DEFAULT_ROUTE = "/";

type Fields = Readonly<Record<string, unknown>>;

/**
 * A deployment graph of v1alpha2 as a config file of Ray Serve (YAML): one application with all its deployments.
 *
 * @throws ApiError `InvalidArgument`, naming the field, when the graph lacks a name or holds text that is no map
 */
export function serveConfigOfGraph(graph: ServeDeploymentGraphSpec): string {
  const field = "serveDeploymentGraphSpec";
  if (graph.importPath === "")
    throw new ApiError(
      "InvalidArgument",
      `${field}.importPath is empty: name the application, module:variable`,
    );
  const routePrefix = graph.serveConfigs.find((config) => config.routePrefix !== "")?.routePrefix;
  const application = defined({
    name: GRAPH_APPLICATION,
    import_path: graph.importPath,
    route_prefix: checkedRoute(routePrefix ?? DEFAULT_ROUTE, field),
    runtime_env: yamlMap(graph.runtimeEnv, `${field}.runtimeEnv`),
    deployments: graph.serveConfigs.map((config, index) =>
      deployment(config, `${field}.serveConfigs[${index}]`),
    ),
  });
  return stringify({ applications: [application] }, { lineWidth: 0, aliasDuplicateObjects: false });
}

function deployment(config: ServeConfig, field: string): Fields {
  const { deploymentName, replicas, maxConcurrentQueries } = config;
  if (deploymentName === "")
    throw new ApiError("InvalidArgument", `${field}.deploymentName is empty: name the deployment`);
  const autoscaling = yamlMap(config.autoscalingConfig, `${field}.autoscalingConfig`);
  return defined({
    name: deploymentName,
    num_replicas: autoscaling ? undefined : unlessZero(replicas),
    autoscaling_config: autoscaling,
    max_ongoing_requests: unlessZero(maxConcurrentQueries),
    user_config: yamlMap(config.userConfig, `${field}.userConfig`),
    ray_actor_options: config.actorOptions && actorOptions(config.actorOptions, `${field}.actorOptions`),
  });
}

function actorOptions(options: ActorOptions, field: string): Fields | undefined {
  const fields = defined({
    num_cpus: unlessZero(options.cpusPerActor),
    num_gpus: unlessZero(options.gpusPerActor),
    memory: unlessZero(options.memoryPerActor),
    object_store_memory: unlessZero(options.objectStoreMemoryPerActor),
    resources: yamlMap(options.customResource, `${field}.resource`),
    accelerator_type: options.accceleratorType || undefined,
    runtime_env: yamlMap(options.runtimeEnv, `${field}.runtimeEnv`),
  });
  return Object.keys(fields).length > 0 ? fields : undefined;
}

function checkedRoute(route: string, field: string): string {
  if (route.startsWith("/")) return route;
  throw new ApiError(
    "InvalidArgument",
    `${field}.serveConfigs[].routePrefix must begin with "/", but is "${route}"`,
  );
}

function unlessZero(amount: number): number | undefined {
  return amount === 0 ? undefined : amount;
}

function defined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
