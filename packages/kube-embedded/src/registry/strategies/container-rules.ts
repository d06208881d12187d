import {
  type Container,
  type ContainerPort,
  type EnvVar,
  type FieldCause,
  type Probe,
  parseQuantity,
  type ResourceRequirements,
  type VolumeMount,
} from "@heliostat/kube";
import {
  duplicateValue,
  forbiddenField,
  invalidValue,
  missingReference,
  requiredValue,
} from "../../api/field-causes.ts";
import { portNameProblems } from "./port-names.ts";

/** What a container's schema cannot say, in Kubernetes' words. */
export function containerProblems(
  container: Container,
  path: string,
  volumeNames: ReadonlySet<string>,
): readonly FieldCause[] {
  const { env = [], ports = [], volumeMounts = [], resources = {} } = container;
  return [
    ...imageProblems(container, path),
    ...env.flatMap((each, index) => variableProblems(each, `${path}.env[${index}]`)),
    ...portProblems(ports, `${path}.ports`),
    ...mountProblems(volumeMounts, `${path}.volumeMounts`, volumeNames),
    ...resourceProblems(resources, `${path}.resources`),
    ...probesProblems(container, path),
  ];
}

function imageProblems({ image = "" }: Container, path: string): readonly FieldCause[] {
  if (image === image.trim()) return [];
  return [invalidValue(`${path}.image`, image, "must not have leading or trailing whitespace")];
}

const SOURCES = "`fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`";

function variableProblems({ name, value = "", valueFrom }: EnvVar, path: string): readonly FieldCause[] {
  if (!/^[ -<>-~]*$/.test(name)) return [invalidValue(`${path}.name`, name, UNPRINTABLE)];
  if (valueFrom === undefined) return [];
  const field = `${path}.valueFrom`;
  const count = Object.keys(valueFrom).length;
  if (count === 0) return [invalidValue(field, "", `must specify one of: ${SOURCES}`)];
  if (value !== "") return [invalidValue(field, "", "may not be specified when `value` is not empty")];
  return count === 1 ? [] : [invalidValue(field, "", "may not have more than one field specified at a time")];
}

const UNPRINTABLE =
  "a valid environment variable name must consist only of printable ASCII characters other than '='";

const LAST_PORT = 65_535;

function portProblems(ports: readonly ContainerPort[], path: string): readonly FieldCause[] {
  return ports.flatMap(({ name = "", containerPort }, index) => {
    const isTaken = name !== "" && ports.findIndex((each) => each.name === name) < index;
    return [
      ...(isTaken ? [duplicateValue(`${path}[${index}].name`, name)] : []),
      ...(name === "" ? [] : portNameProblems(name, `${path}[${index}].name`)),
      ...portNumberProblems(containerPort, `${path}[${index}].containerPort`),
    ];
  });
}

function portNumberProblems(port: number, field: string): readonly FieldCause[] {
  if (port === 0) return [requiredValue(field)];
  if (port > 0 && port <= LAST_PORT) return [];
  return [invalidValue(field, port, `must be between 1 and ${LAST_PORT}, inclusive`)];
}

function mountProblems(
  mounts: readonly VolumeMount[],
  path: string,
  volumeNames: ReadonlySet<string>,
): readonly FieldCause[] {
  return mounts.flatMap(({ name, mountPath, subPath = "" }, index) => {
    const isTaken = mounts.findIndex((each) => each.mountPath === mountPath) < index;
    return [
      ...(volumeNames.has(name) ? [] : [missingReference(`${path}[${index}].name`, name)]),
      ...(isTaken ? [invalidValue(`${path}[${index}].mountPath`, mountPath, "must be unique")] : []),
      ...(subPath.split("/").includes("..")
        ? [invalidValue(`${path}[${index}].subPath`, subPath, "must not contain '..'")]
        : []),
    ];
  });
}

/** What a container asks for and what it is limited to (Kubernetes: ValidateResourceRequirements). */
function resourceProblems(
  { limits = {}, requests = {} }: ResourceRequirements,
  path: string,
): readonly FieldCause[] {
  const amounts = [
    ...Object.entries(limits).map(([name, value]) => [name, value, `${path}.limits[${name}]`] as const),
    ...Object.entries(requests).map(([name, value]) => [name, value, `${path}.requests[${name}]`] as const),
  ];
  return [
    ...amounts.flatMap(([name, value, field]) => amountProblems(name, value, field)),
    ...Object.keys(requests).flatMap((name) => overcommitProblems(name, { limits, requests }, path)),
  ];
}

const STANDARD = /^(cpu|memory|ephemeral-storage|hugepages-.+)$/;

function amountProblems(name: string, value: string | number, field: string): readonly FieldCause[] {
  if (!name.includes("/") && !STANDARD.test(name))
    return [
      invalidValue(field, name, "must be a standard resource type or fully qualified"),
      invalidValue(field, name, "must be a standard resource for containers"),
    ];
  const amount = parseQuantity(value) ?? 0;
  if (amount < 0) return [invalidValue(field, value, "must be greater than or equal to 0")];
  const isPart = isDevice(name) && !Number.isInteger(amount);
  return isPart ? [invalidValue(field, value, "must be an integer")] : [];
}

/** Extended resources are whole things: nobody shares them, and nobody gets more of them than he was promised. */
function isDevice(name: string): boolean {
  return name.includes("/") && !name.includes("kubernetes.io/");
}

function overcommitProblems(
  name: string,
  { limits = {}, requests = {} }: ResourceRequirements,
  path: string,
): readonly FieldCause[] {
  const { [name]: limit } = limits;
  const { [name]: request = 0 } = requests;
  if (limit === undefined) {
    const detail = "Limit must be set for non overcommitable resources";
    return isDevice(name) ? [requiredValue(`${path}.limits`, detail)] : [];
  }
  const [asked, allowed] = [parseQuantity(request) ?? 0, parseQuantity(limit) ?? 0];
  const isRefused = isDevice(name) ? asked !== allowed : asked > allowed;
  if (!isRefused) return [];
  const relation = isDevice(name) ? "equal to" : "less than or equal to";
  return [invalidValue(`${path}.requests`, request, `must be ${relation} ${name} limit of ${limit}`)];
}

const HANDLERS = ["exec", "httpGet", "tcpSocket", "grpc"] as const;

function probesProblems(
  { livenessProbe, readinessProbe, startupProbe }: Container,
  path: string,
): readonly FieldCause[] {
  return [
    ...handlerProblems(livenessProbe, `${path}.livenessProbe`),
    ...singleSuccessProblems(livenessProbe, `${path}.livenessProbe`),
    ...handlerProblems(readinessProbe, `${path}.readinessProbe`),
    ...handlerProblems(startupProbe, `${path}.startupProbe`),
    ...singleSuccessProblems(startupProbe, `${path}.startupProbe`),
  ];
}

function handlerProblems(probe: Probe | undefined, path: string): readonly FieldCause[] {
  if (probe === undefined) return [];
  const [first, ...more] = HANDLERS.filter((handler) => probe[handler] !== undefined);
  if (first === undefined) return [requiredValue(path, "must specify a handler type")];
  return more.map((handler) =>
    forbiddenField(`${path}.${handler}`, "may not specify more than 1 handler type"),
  );
}

/** Who lives, or has started, is known to after one success. */
function singleSuccessProblems(probe: Probe | undefined, path: string): readonly FieldCause[] {
  const { successThreshold = 1 } = probe ?? {};
  return successThreshold === 1
    ? []
    : [invalidValue(`${path}.successThreshold`, successThreshold, "must be 1")];
}
