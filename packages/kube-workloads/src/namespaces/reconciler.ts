import {
  type Caches,
  carryOut,
  DONE,
  lookAgain,
  patchStatus,
  type ReconcileContext,
  type ReconcileResult,
  type Reconciler,
  readOnly,
  remove,
  resultOf,
  type Watch,
  watching,
} from "@heliostat/controller";
import {
  CONFIG_MAPS,
  CUSTOM_RESOURCE_DEFINITIONS,
  isKubeError,
  isTerminating,
  type KubeObject,
  NAMESPACES,
  type Namespace,
  type Resource,
  SERVICE_ACCOUNTS,
} from "@heliostat/kube";
import { servedResources } from "../served-resources.ts";
import { DEFAULT_SERVICE_ACCOUNT, planNamespace, ROOT_CA } from "./plan.ts";
import { type Remains, terminatingStatus } from "./remains.ts";

export interface NamespaceOptions {
  /** The built-in resources that a namespace may hold. */
  readonly resources: readonly Resource[];
  /** PEM text by which pods know the API server. */
  readonly caCertificate: string;
}

const FINALIZER = "kubernetes";
/** What goes wakes us; this is for what went together with the definition of its kind. */
const LOOK_AGAIN_MS = 30_000;

/** Furnishes namespaces, and empties those that are being deleted. */
export function namespaceReconciler({ resources, caCertificate }: NamespaceOptions): Reconciler<Namespace> {
  return {
    name: "namespace-controller",
    resource: NAMESPACES,
    watches: [
      namespaceOf(SERVICE_ACCOUNTS, DEFAULT_SERVICE_ACCOUNT),
      namespaceOf(CONFIG_MAPS, ROOT_CA),
      readOnly(CUSTOM_RESOURCE_DEFINITIONS),
    ],
    furtherWatches: (caches) => namespacedOf(resources, caches).map(remainder),
    async reconcile(key, context) {
      const { caches } = context;
      const namespace = caches.of(NAMESPACES).get(key);
      if (!namespace) return DONE;
      if (isTerminating(namespace)) return empty(namespace, resources, context);
      const plan = planNamespace({
        namespace,
        serviceAccount: caches.of(SERVICE_ACCOUNTS).get(`${key}/${DEFAULT_SERVICE_ACCOUNT}`),
        rootCa: caches.of(CONFIG_MAPS).get(`${key}/${ROOT_CA}`),
        caCertificate,
      });
      return resultOf(plan, await carryOut(plan, namespace, context));
    },
  };
}

/** Watch the object of one name in each namespace. */
function namespaceOf<T extends KubeObject>(resource: Resource<T>, name: string): Watch<T> {
  return watching(resource, ({ metadata }) =>
    metadata.name === name && metadata.namespace ? [metadata.namespace] : [],
  );
}

function namespacedOf(builtIn: readonly Resource[], caches: Caches): readonly Resource[] {
  const all = servedResources(builtIn, caches.of(CUSTOM_RESOURCE_DEFINITIONS).list());
  return all.filter(({ isNamespaced }) => isNamespaced);
}

/** Look at a namespace that is being emptied whenever something in it changes or goes. */
function remainder(resource: Resource): Watch {
  return watching(resource, ({ metadata: { namespace = "" } }, { caches }) => {
    const owner = caches.of(NAMESPACES).get(namespace);
    return owner && isTerminating(owner) ? [namespace] : [];
  });
}

async function empty(
  namespace: Namespace,
  builtIn: readonly Resource[],
  context: ReconcileContext,
): Promise<ReconcileResult> {
  if (!namespace.spec?.finalizers?.includes(FINALIZER)) return DONE;
  const resources = namespacedOf(builtIn, context.caches);
  const found = await remainsIn(namespace.metadata.name, resources, context);
  const why = "namespace is being deleted";
  const actions = found.flatMap(({ resource, objects }) =>
    objects.filter((object) => !isTerminating(object)).map((object) => remove(resource, object, { why })),
  );
  const outcome = await carryOut({ actions }, namespace, context);
  const left = await remainsIn(
    namespace.metadata.name,
    found.map(({ resource }) => resource),
    context,
  );
  await patchStatus(NAMESPACES, namespace, {
    status: terminatingStatus(namespace, left, context.clock),
    ...context,
  });
  if (outcome.failed) throw outcome.failed.error;
  if (left.length > 0) return lookAgain(LOOK_AGAIN_MS);
  return finalize(namespace, context);
}

/** What the API itself, and not a cache, says to be there. */
async function remainsIn(
  namespace: string,
  resources: readonly Resource[],
  { client, signal }: ReconcileContext,
): Promise<readonly Remains[]> {
  const remains = await Promise.all(
    resources.map(async (resource) => {
      const { items } = await client.list(resource, { namespace, signal });
      return { resource, objects: items };
    }),
  );
  return remains.filter(({ objects }) => objects.length > 0);
}

async function finalize({ metadata }: Namespace, { client }: ReconcileContext): Promise<ReconcileResult> {
  try {
    const namespace = await client.get(NAMESPACES, { name: metadata.name });
    if (namespace.metadata.uid !== metadata.uid) return DONE;
    const finalizers = (namespace.spec?.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
    await client.update(
      NAMESPACES,
      { ...namespace, spec: { ...namespace.spec, finalizers } },
      { subresource: "finalize" },
    );
  } catch (error) {
    if (!isKubeError(error, "NotFound")) throw error;
  }
  return DONE;
}
