import { create } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { type Event, isKubeError, nameOf } from "@heliostat/kube";
import {
  ListAllRayServicesResponseSchema,
  ListRayServicesResponseSchema,
  type RayService as ServiceMessage,
} from "@heliostat/proto";
import { RAY_SERVICES, type RayService } from "@heliostat/ray";
import { buildFailure, invalidInput, notFound, writeFailure } from "../errors/failures.ts";
import type { ApiVersion, CallContext, Handlers } from "../handlers.ts";
import { rayServiceObject, updatedService } from "../objects/services/ray-service.ts";
import { serviceMessage } from "../objects/services/service-message.ts";
import type { ApiPorts } from "../ports.ts";
import { type Findable, findManaged, isManaged } from "../reading/find-object.ts";
import { eventsOf } from "../reading/object-events.ts";
import { pageOf } from "../reading/page.ts";
import { SortedList } from "../reading/sorted-list.ts";
import { ToldMessages } from "../reading/told-messages.ts";
import { untilGone, untilShown } from "../reading/until-shown.ts";
import { checkCreateService, checkUpdateService } from "../validation/check-create.ts";
import { checkOwner } from "./check-object.ts";
import { creationFacts, withCaller } from "./creation.ts";
import { templatesOf } from "./templates-of.ts";

/** What the calls about services share. */
export interface ServiceReads {
  readonly findable: Findable<RayService>;
  readonly tell: (service: RayService, version: ApiVersion) => ServiceMessage;
}

export function serviceReads(ports: ApiPorts): ServiceReads {
  return { findable: findableOf(ports), tell: teller(ports) };
}

/** The calls of `RayServeService`. */
export function serviceCalls(ports: ApiPorts, { findable, tell }: ServiceReads): Handlers["RayServeService"] {
  const list = new SortedList(ports.caches.services, isManaged);
  return {
    createRayService: async (request, call) => tell(await createService(ports, request, call), call.version),
    updateRayService: async (request, call) => tell(await updateService(ports, request, call), call.version),
    async getRayService({ name, namespace }, { signal, version }) {
      checkTarget(name, namespace);
      return tell(await findManaged(ports, findable, { name, namespace, signal }), version);
    },
    async listRayServices({ namespace, pageSize: limit, pageToken: token }, { version }) {
      if (namespace === "") throw invalidInput(EMPTY_NAMESPACE);
      const { items, next } = pageOf(list, { namespace, limit, token });
      const services = items.map((item) => tell(item, version));
      return create(ListRayServicesResponseSchema, { services, nextPageToken: next });
    },
    async listAllRayServices({ pageSize: limit, pageToken: token }, { version }) {
      const { items, next } = pageOf(list, { limit, token });
      const services = items.map((item) => tell(item, version));
      return create(ListAllRayServicesResponseSchema, { services, nextPageToken: next });
    },
    async deleteRayService({ name, namespace }, { signal }) {
      checkTarget(name, namespace);
      const service = await findManaged(ports, findable, { name, namespace, signal });
      await deleteService(ports, service, signal);
      return create(EmptySchema);
    },
  };
}

type ServiceRequest = { readonly service?: ServiceMessage };

async function createService(
  ports: ApiPorts,
  request: Parameters<typeof checkCreateService>[0],
  call: CallContext,
): Promise<RayService> {
  const facts = creationFacts(ports, call);
  const service = withCaller(request.service, facts);
  checkCreateService({ ...request, ...(service && { service }) }, call.version);
  const wanted = await builtService(ports, { service }, call);
  const { name, namespace } = wanted.metadata;
  const { signal } = call;
  try {
    const created = await ports.client.create(RAY_SERVICES, wanted, { signal });
    await untilShown(ports.caches.services, created, { clock: ports.clock, signal });
    return created;
  } catch (error) {
    throw writeFailure(error, `Failed to create a service for (${namespace}/${name})`);
  }
}

/** Replaces what the message speaks of; who else has written meanwhile makes the update fail with `Aborted`. */
async function updateService(
  ports: ApiPorts,
  request: Parameters<typeof checkUpdateService>[0],
  call: CallContext,
): Promise<RayService> {
  const facts = creationFacts(ports, call);
  const service = withCaller(request.service, facts);
  checkUpdateService({ ...request, ...(service && { service }) }, call.version);
  const { namespace, name } = request;
  const { signal } = call;
  const target = { name, namespace, signal, isFresh: true };
  const before = await findManaged(ports, findableOf(ports), target);
  const wanted = await builtService(ports, { service }, call);
  try {
    const updated = await ports.client.update(RAY_SERVICES, updatedService(before, wanted, facts), {
      signal,
    });
    await untilShown(ports.caches.services, updated, { clock: ports.clock, signal });
    return updated;
  } catch (error) {
    throw writeFailure(error, `Failed to update service ${name}`);
  }
}

async function builtService(
  ports: ApiPorts,
  { service }: { readonly service: ServiceRequest["service"] | undefined },
  call: CallContext,
): Promise<RayService> {
  const message = service as ServiceMessage;
  const { namespace, name, clusterSpec } = message;
  const { signal } = call;
  const templates = await templatesOf(ports, clusterSpec, { namespace, name, signal });
  try {
    const built = rayServiceObject(message, templates, creationFacts(ports, call));
    checkOwner(built, built.spec.rayClusterConfig);
    return built;
  } catch (error) {
    throw buildFailure(error, "Failed to create a Ray Service");
  }
}

async function deleteService(ports: ApiPorts, service: RayService, signal: AbortSignal): Promise<void> {
  const { name } = service.metadata;
  try {
    await ports.client.delete(RAY_SERVICES, nameOf(service), { signal });
  } catch (error) {
    if (isKubeError(error, "NotFound")) throw notFound(`Service ${name} not found`, error);
    throw writeFailure(error, `Failed to delete service ${name}`);
  }
  await untilGone(ports.caches.services, service, { clock: ports.clock, signal });
}

function findableOf({ caches }: ApiPorts): Findable<RayService> {
  return { resource: RAY_SERVICES, cache: caches.services, noun: "Service" };
}

/** A service as the API tells it in either version, with its events and those of its active cluster. */
function teller({ caches }: ApiPorts): (service: RayService, version: ApiVersion) => ServiceMessage {
  const told: Readonly<Record<ApiVersion, ToldMessages<RayService, ServiceMessage>>> = {
    v1: new ToldMessages((service, events) => serviceMessage(service, events, "v1")),
    v1alpha2: new ToldMessages((service, events) => serviceMessage(service, events, "v1alpha2")),
  };
  return (service, version) => told[version].of(service, eventsAround(service));

  function eventsAround(service: RayService): readonly Event[] {
    const own = eventsOf(caches.events, "RayService", nameOf(service));
    const clusterName = service.status?.activeServiceStatus?.rayClusterName;
    if (!clusterName) return own;
    const cluster = { ...nameOf(service), name: clusterName };
    return [...own, ...eventsOf(caches.events, "RayCluster", cluster)];
  }
}

const EMPTY_NAMESPACE = "ray service namespace is empty. Please specify a valid value.";

function checkTarget(name: string, namespace: string): void {
  if (name === "") throw invalidInput("ray service name is empty. Please specify a valid value.");
  if (namespace === "") throw invalidInput(EMPTY_NAMESPACE);
}
