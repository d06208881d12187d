import type {
  AdmissionWebhookClientConfig,
  APIService,
  FieldCause,
  KubeObject,
  MutatingWebhook,
  RuleWithOperations,
  ValidatingWebhook,
} from "@heliostat/kube";
import { duplicateValue, invalidValue, requiredValue, unsupportedValue } from "../../api/field-causes.ts";
import type { ResourceStrategy } from "../served-resource.ts";

/* Kinds that extend an API server. They are kept and served as Kubernetes does, and nobody calls what they name. */

export const MUTATING_WEBHOOKS_STRATEGY: ResourceStrategy = {
  tracksGeneration: true,
  defaults: (object) =>
    withWebhooks(object, (webhook) => ({ reinvocationPolicy: "Never", ...defaultedWebhook(webhook) })),
  validate: (object) => webhooksProblems(object),
};

export const VALIDATING_WEBHOOKS_STRATEGY: ResourceStrategy = {
  tracksGeneration: true,
  defaults: (object) => withWebhooks(object, defaultedWebhook),
  validate: (object) => webhooksProblems(object),
};

export const API_SERVICE_STRATEGY: ResourceStrategy = {
  defaults: (object) => defaultedApiService(object as APIService),
  validate: (object) => apiServiceProblems(object as APIService),
};

type Webhook = MutatingWebhook | ValidatingWebhook;
type WithWebhooks = KubeObject & { readonly webhooks?: readonly Webhook[] };

const HTTPS_PORT = 443;

function withWebhooks(object: KubeObject, defaulted: (webhook: Webhook) => Webhook): KubeObject {
  const { webhooks } = object as WithWebhooks;
  return webhooks ? ({ ...object, webhooks: webhooks.map(defaulted) } as KubeObject) : object;
}

function defaultedWebhook(webhook: Webhook): Webhook {
  const { clientConfig, rules } = webhook;
  return {
    failurePolicy: "Fail",
    matchPolicy: "Equivalent",
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
    ...webhook,
    clientConfig: defaultedClient(clientConfig),
    ...(rules && { rules: rules.map((rule): RuleWithOperations => ({ scope: "*", ...rule })) }),
  };
}

function defaultedClient(client: AdmissionWebhookClientConfig): AdmissionWebhookClientConfig {
  return client.service ? { ...client, service: { port: HTTPS_PORT, ...client.service } } : client;
}

const SIDE_EFFECTS = ["None", "NoneOnDryRun"];
const FAILURE_POLICIES = ["Fail", "Ignore"];
const LONGEST_TIMEOUT_SECONDS = 30;

function webhooksProblems(object: KubeObject): readonly FieldCause[] {
  const { webhooks = [] } = object as WithWebhooks;
  return webhooks.flatMap((webhook, index) => {
    const at = `webhooks[${index}]`;
    const isRepeated = webhooks.findIndex(({ name }) => name === webhook.name) < index;
    return [
      ...(isRepeated ? [duplicateValue(`${at}.name`, webhook.name)] : []),
      ...webhookProblems(webhook, at),
    ];
  });
}

function webhookProblems(webhook: Webhook, at: string): readonly FieldCause[] {
  const { name, clientConfig, sideEffects, failurePolicy = "Fail", timeoutSeconds = 10 } = webhook;
  const isTimeout = timeoutSeconds >= 1 && timeoutSeconds <= LONGEST_TIMEOUT_SECONDS;
  const hasOneAddress = (clientConfig.url === undefined) !== (clientConfig.service === undefined);
  const problems: readonly (FieldCause | false)[] = [
    name.split(".").length < 3 &&
      invalidValue(`${at}.name`, name, "should be a domain with at least three segments separated by dots"),
    webhook.admissionReviewVersions.length === 0 &&
      requiredValue(`${at}.admissionReviewVersions`, "must specify one of v1, v1beta1"),
    !SIDE_EFFECTS.includes(sideEffects) && unsupportedValue(`${at}.sideEffects`, sideEffects, SIDE_EFFECTS),
    !FAILURE_POLICIES.includes(failurePolicy) &&
      unsupportedValue(`${at}.failurePolicy`, failurePolicy, FAILURE_POLICIES),
    !isTimeout &&
      invalidValue(
        `${at}.timeoutSeconds`,
        timeoutSeconds,
        "the timeout value must be between 1 and 30 seconds",
      ),
    !hasOneAddress && requiredValue(`${at}.clientConfig`, "exactly one of url or service is required"),
  ];
  return problems.filter((problem): problem is FieldCause => problem !== false);
}

function defaultedApiService(apiService: APIService): APIService {
  const { spec } = apiService;
  if (!spec?.service) return apiService;
  return { ...apiService, spec: { ...spec, service: { port: HTTPS_PORT, ...spec.service } } };
}

function apiServiceProblems({ metadata, spec }: APIService): readonly FieldCause[] {
  if (!spec) return [requiredValue("spec")];
  const { group = "", version = "", groupPriorityMinimum, versionPriority } = spec;
  const wanted = `${version}.${group}`;
  const problems: readonly (FieldCause | false)[] = [
    metadata.name !== wanted &&
      invalidValue("metadata.name", metadata.name, `must be \`spec.version+"."+spec.group\`: "${wanted}"`),
    version === "" && requiredValue("spec.version"),
    (groupPriorityMinimum <= 0 || groupPriorityMinimum > 20_000) &&
      invalidValue("spec.groupPriorityMinimum", groupPriorityMinimum, "must be positive and less than 20000"),
    (versionPriority <= 0 || versionPriority > 1000) &&
      invalidValue("spec.versionPriority", versionPriority, "must be positive and less than 1000"),
  ];
  return problems.filter((problem): problem is FieldCause => problem !== false);
}
