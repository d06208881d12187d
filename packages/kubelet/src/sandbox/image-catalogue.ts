import type { ResolvedImage } from "../runtime/container-runtime.ts";
import { DEFAULT_PATH, type Environment } from "./container-environment.ts";

/** What the machine has that can stand in for images. */
export interface Installations {
  readonly ray?: RayInstallation;
  /** A Python without Ray, for `python` images: `/usr/bin/python3`. */
  readonly python?: string;
  /** A Redis server, for `redis` images: `/usr/bin/redis-server`. */
  readonly redis?: string;
}

/** A Python environment that has Ray. */
export interface RayInstallation {
  /** Its root: `~/.cache/heliostat/ray-2.58.0`. */
  readonly folder: string;
  /** Where `ray` and `python` are. */
  readonly binFolder: string;
  /** Of Ray: `2.58.0`. */
  readonly version: string;
}

/** Something on this machine that stands in for all images under a prefix. */
export interface ImageStandIn {
  /** A repository, with or without registry: it covers what continues it with `/` or `-` as well. */
  readonly prefix: string;
  /** What runs instead, for people: `Ray 2.58.0 of /opt/venv`. */
  readonly title: string;
  readonly entrypoint: readonly string[];
  /** What follows the entry point where a container gives no arguments. */
  readonly cmd: readonly string[];
  readonly env: Environment;
  readonly workingDir: string;
}

export interface ImageCatalogue {
  /** @returns `undefined` when nothing stands in for the image */
  resolve(image: string): ResolvedImage | undefined;
  /** Why nothing does and what the user can do: one sentence. */
  explain(image: string): string;
}

export interface CatalogueOptions extends Installations {
  /** What the user's own file says: wins over what is built in. */
  readonly added?: readonly ImageStandIn[];
  /** Where that file is or would be. */
  readonly file: string;
}

/**
 * Which images can run on this machine. Nothing is pulled: programs of the host stand in for those of an image. Any
 * tag and any registry will do; of two prefixes the longer one wins.
 */
export function imageCatalogue(options: CatalogueOptions): ImageCatalogue {
  const standIns = [...(options.added ?? []), ...builtIn(options)];
  return {
    resolve: (image) => resolve(image, standIns),
    explain: (image) => explain(image, options),
  };
}

/** An image's name without registry, tag and digest: `docker.io/library/python:3.12` is `python`. */
export function repositoryOf(image: string): string {
  const [registry = "", ...rest] = withoutTag(image).split("/");
  const hasRegistry = rest.length > 0 && (/[.:]/.test(registry) || registry === "localhost");
  const repository = hasRegistry ? rest.join("/") : withoutTag(image);
  return repository.replace(/^library\//, "");
}

function withoutTag(image: string): string {
  const [named = ""] = image.split("@");
  return named.replace(/:[^:/]*$/, "");
}

function resolve(image: string, standIns: readonly ImageStandIn[]): ResolvedImage | undefined {
  const names = [repositoryOf(image), withoutTag(image)];
  const fitting = standIns.filter(({ prefix }) => names.some((name) => isCovered(name, prefix)));
  const best = fitting.reduce<ImageStandIn | undefined>(
    (longest, each) => (longest && longest.prefix.length >= each.prefix.length ? longest : each),
    undefined,
  );
  if (best === undefined) return undefined;
  const { title, entrypoint, cmd, env, workingDir } = best;
  const description = `${title} stands in for ${image}`;
  return { description, imageId: `${best.prefix}@${title}`, entrypoint, cmd, env, workingDir };
}

function isCovered(name: string, prefix: string): boolean {
  return name === prefix || name.startsWith(`${prefix}/`) || name.startsWith(`${prefix}-`);
}

function explain(image: string, { ray, file }: CatalogueOptions): string {
  const isRay = RAY_PREFIXES.some((prefix) =>
    [repositoryOf(image), withoutTag(image)].some((name) => isCovered(name, prefix)),
  );
  if (isRay && !ray) {
    return `Cannot run image "${image}": no Ray is installed on this machine to stand in for it`;
  }
  return `Cannot run image "${image}": images are not pulled, and none of those known stands in for it; name one in ${file}`;
}

/** Ray's own images, and as KubeRay's older documents call them. */
const RAY_PREFIXES: readonly string[] = ["rayproject/ray", "ray.io/ray"];

function builtIn({ ray, python, redis }: Installations): readonly ImageStandIn[] {
  return [
    ...(ray ? RAY_PREFIXES.map((prefix) => rayStandIn(prefix, ray)) : []),
    ...(python ? [pythonStandIn("python", python)] : []),
    ...(redis ? [redisStandIn("redis", redis)] : []),
    ...["busybox", "alpine"].map((prefix) => shellStandIn(prefix, "sh")),
    ...["bash", "debian", "ubuntu"].map((prefix) => shellStandIn(prefix, "bash")),
  ];
}

/** The user, home and shell of Ray's own images, and an installation of this machine first on PATH. */
export function rayStandIn(prefix: string, { folder, binFolder, version }: RayInstallation): ImageStandIn {
  const env = { PATH: `${binFolder}:${DEFAULT_PATH}`, VIRTUAL_ENV: folder, ...RAY_ENVIRONMENT };
  const title = `Ray ${version} of ${folder}`;
  return { prefix, title, entrypoint: [], cmd: ["/bin/bash"], env, workingDir: RAY_HOME };
}

const RAY_HOME = "/home/ray";

/** Ray takes the machine for its own: here it shares it with whoever else runs on it. */
const RAY_ENVIRONMENT: Environment = {
  HOME: RAY_HOME,
  LANG: "C.UTF-8",
  RAY_USAGE_STATS_ENABLED: "0",
  RAY_memory_monitor_refresh_ms: "0",
};

/** A Python of this machine. */
export function pythonStandIn(prefix: string, python: string): ImageStandIn {
  const folder = python.slice(0, python.lastIndexOf("/"));
  const env = { ...PLAIN_ENVIRONMENT, PATH: `${folder}:${DEFAULT_PATH}` };
  return { prefix, title: `the Python ${python}`, entrypoint: [], cmd: [python], env, workingDir: "/" };
}

/** Like the image's own: options and configuration files go to the server, anything else is a command. */
function redisStandIn(prefix: string, redis: string): ImageStandIn {
  const folder = redis.slice(0, redis.lastIndexOf("/"));
  const choice = `case "\${1:-}" in ""|-*|*.conf) exec redis-server "$@";; *) exec "$@";; esac`;
  return {
    prefix,
    title: `the Redis ${redis}`,
    entrypoint: ["/bin/sh", "-c", choice, "redis"],
    cmd: [],
    env: { ...PLAIN_ENVIRONMENT, PATH: `${folder}:${DEFAULT_PATH}` },
    workingDir: "/data",
  };
}

function shellStandIn(prefix: string, shell: string): ImageStandIn {
  const title = `the ${shell} of this machine`;
  return { prefix, title, entrypoint: [], cmd: [shell], env: PLAIN_ENVIRONMENT, workingDir: "/" };
}

const PLAIN_ENVIRONMENT: Environment = { PATH: DEFAULT_PATH, HOME: "/home/app", LANG: "C.UTF-8" };
