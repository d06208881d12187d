import type { FastifyInstance } from "fastify";
import type { CallMetrics } from "../calls/call-metrics.ts";

export interface ProcessRouteOptions {
  readonly metrics: CallMetrics;
  readonly isReady: () => boolean;
}

/** Load balancers and people with `curl -I` ask for the head alone. */
export const HEAD_TOO: { readonly exposeHeadRoute: true } = { exposeHeadRoute: true };

/** What whoever runs the server asks it; without identity, and without CORS (KubeRay rule). */
export function addProcessRoutes(app: FastifyInstance, { metrics, isReady }: ProcessRouteOptions): void {
  app.get("/healthz", HEAD_TOO, (_request, reply) => reply.send());
  app.get("/readyz", HEAD_TOO, (_request, reply) =>
    isReady()
      ? reply.send()
      : reply.code(503).type("text/plain").send("Cannot answer yet: the first list of objects is not in\n"),
  );
  app.get("/metrics", HEAD_TOO, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
}
