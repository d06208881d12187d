import type { Schema, ValidationRule } from "@heliostat/kube";

/**
 * The definitions with the rules of our validation that a schema can tell, so that the API refuses at once what the
 * operator would refuse later. KubeRay's CRDs accept such objects, and so do ours unless these are asked for.
 *
 * What depends on Ray's version or on the containers' variables is left to the validation: CEL can tell it, but not
 * within the cost that an API server allows for lists without a bound.
 */
export function strictDefinitions(definitions: Definitions): Definitions {
  const stricter = Object.entries(STRICTER).map(([name, change]) => {
    const definition = definitions[name];
    if (!definition) throw new Error(`Cannot make "${name}" stricter: it is not defined`);
    return [name, withChange(definition, change)] as const;
  });
  return { ...definitions, ...Object.fromEntries(stricter) };
}

/** The schema of a whole object with the rule for its name: names of services and pods are made of it. */
export function withNameRule(schema: Schema, maxLength: number): Schema {
  return withChange(schema, {
    rules: [
      rule(
        `self.metadata.name.size() <= ${maxLength}`,
        `metadata.name must have at most ${maxLength} characters`,
      ),
      rule(
        "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
        'metadata.name must be lower-case letters, digits and "-", begin with a letter and not end with "-"',
      ),
    ],
  });
}

type Definitions = Readonly<Record<string, Schema>>;

/** What a schema says besides. */
interface Change {
  /** Besides what the properties of these names say. */
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly rules?: readonly ValidationRule[];
}

function withChange(schema: Schema, { properties = {}, required = [], rules = [] }: Change): Schema {
  const changed = Object.entries(properties).map(([name, more]) => {
    const property = schema.properties?.[name];
    if (!property) throw new Error(`Cannot make "${name}" stricter: there is no such property`);
    return [name, { ...property, ...more }] as const;
  });
  const allRequired = [...(schema.required ?? []), ...required];
  const allRules = [...(schema["x-kubernetes-validations"] ?? []), ...rules];
  return {
    ...schema,
    ...(schema.properties && { properties: { ...schema.properties, ...Object.fromEntries(changed) } }),
    ...(allRequired.length > 0 && { required: allRequired }),
    ...(allRules.length > 0 && { "x-kubernetes-validations": allRules }),
  };
}

function rule(expression: string, message: string): ValidationRule {
  return { rule: expression, message };
}

/** Whether an optional map or list is there and holds something. */
function isFilled(field: string): string {
  const path = field.split(".");
  const steps = path.slice(1).map((_, index) => `has(${path.slice(0, index + 2).join(".")})`);
  return `(${steps.join(" && ")} && ${field}.size() > 0)`;
}

/** Whether an optional flag is there and true. */
function isSet(field: string): string {
  return `(has(${field}) && ${field})`;
}

const ANY_RESOURCES = `(${isFilled("self.resources")} || ${isFilled("self.rayResources")})`;

/** Of the head and of every worker group. */
const GROUP_RULES: readonly ValidationRule[] = [
  rule(
    "has(self.template.spec) && self.template.spec.containers.size() > 0",
    "template.spec.containers must hold at least one container, of which the first runs Ray",
  ),
  rule(
    `!(${isFilled("self.resources")} && ${isFilled("self.rayResources")})`,
    'rayResources is another name for "resources", which is set too; keep one of them',
  ),
  rule(
    `!(${ANY_RESOURCES} && has(self.rayStartParams) && ['num-cpus', 'num-gpus', 'memory', 'resources'].exists(p, p in self.rayStartParams))`,
    'rayStartParams sets what "resources" sets too; say it in one of the two places',
  ),
  rule(
    "!(has(self.rayStartParams) && 'labels' in self.rayStartParams)",
    'rayStartParams.labels is not supported; use the group\'s "labels"',
  ),
];

const IS_ROCKSDB = "(has(self.backend) && self.backend == 'rocksdb')";

/** What a mode leaves open needs no rules. */
function policyRule(mode: string, direction: "ingressRules" | "egressRules"): ValidationRule {
  const places = [`self.head.${direction}`, `self.worker.${direction}`].map(isFilled);
  const groups = `(has(self.workerGroups) && self.workerGroups.exists(g, ${isFilled(`g.${direction}`)}))`;
  return rule(
    `!(has(self.mode) && self.mode == '${mode}') || !(${[...places, groups].join(" || ")})`,
    `${direction} have no use with the mode "${mode}"; remove them or change the mode`,
  );
}

const STRICTER: Readonly<Record<string, Change>> = {
  RayClusterSpec: {
    properties: {
      workerGroupSpecs: { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["groupName"] },
    },
    rules: [
      rule(
        `!(${isSet("self.enableInTreeAutoscaling")} && has(self.workerGroupSpecs) && self.workerGroupSpecs.exists(g, ${isSet("g.suspend")}))`,
        "suspend of a worker group has no effect on a cluster that scales itself; remove it",
      ),
    ],
  },
  HeadGroupSpec: { rules: GROUP_RULES },
  WorkerGroupSpec: {
    properties: {
      groupName: {
        minLength: 1,
        maxLength: 63,
        pattern: "^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$",
      },
      minReplicas: { minimum: 0 },
      maxReplicas: { minimum: 0 },
      numOfHosts: { minimum: 0 },
      idleTimeoutSeconds: { minimum: 0 },
    },
    rules: [
      ...GROUP_RULES,
      rule("self.groupName != 'headgroup'", 'groupName must not be "headgroup", which means the head'),
      rule("self.minReplicas <= self.maxReplicas", "minReplicas must not exceed maxReplicas"),
    ],
  },
  AutoscalerOptions: { properties: { idleTimeoutSeconds: { minimum: 0 } } },
  AuthOptions: {
    rules: [
      rule(
        `!${isSet("self.enableK8sTokenAuth")} || (has(self.mode) && self.mode == 'token')`,
        'enableK8sTokenAuth needs "mode" to be "token"',
      ),
      rule(
        `!${isSet("self.enableK8sTokenAuth")} || !${isFilled("self.secretName")}`,
        "secretName has no use with Kubernetes' own tokens; remove it",
      ),
    ],
  },
  GcsFaultToleranceOptions: {
    rules: [
      rule(
        `${IS_ROCKSDB} || !has(self.storage)`,
        'storage belongs to the backend "rocksdb"; remove it or choose that backend',
      ),
      rule(
        `!${IS_ROCKSDB} || !(${isFilled("self.redisAddress")} || has(self.redisUsername) || has(self.redisPassword) || ${isFilled("self.externalStorageNamespace")})`,
        'redisAddress, redisUsername, redisPassword and externalStorageNamespace belong to the backend "redis"; remove them',
      ),
    ],
  },
  GcsStorage: {
    rules: [
      rule(
        `!${isFilled("self.claimName")} || !(has(self.size) || has(self.storageClassName) || has(self.accessModes))`,
        "size, storageClassName and accessModes are for a claim that the operator makes, but claimName names one of your own",
      ),
    ],
  },
  NetworkPolicyConfig: {
    rules: [policyRule("DenyAllEgress", "ingressRules"), policyRule("DenyAllIngress", "egressRules")],
  },
  HistoryServerOptions: { required: ["collectorOptions"] },
  CollectorOptions: { required: ["image"] },
  RayClusterUpgradeStrategy: {
    rules: [
      rule(
        "!has(self.rollingUpdate) || (has(self.type) && self.type == 'RollingUpdate')",
        'rollingUpdate belongs to the type "RollingUpdate"; remove it or change the type',
      ),
    ],
  },
  TlsOptions: { rules: [rule(`!${isSet("self.enabled")}`, "enabled: mutual TLS is not supported")] },
};
