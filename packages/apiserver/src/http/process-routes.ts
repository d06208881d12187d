import type { FastifyInstance } from "fastify";
import type { CallMetrics } from "../calls/call-metrics.ts";

export interface ProcessRouteOptions {
  readonly metrics: CallMetrics;
  readonly isReady: () => boolean;
}

/** What whoever runs the server asks it; without identity, and without CORS (KubeRay rule). */
export function addProcessRoutes(app: FastifyInstance, { metrics, isReady }: ProcessRouteOptions): void {
  app.get("/healthz", (_request, reply) => reply.send());
  app.get("/readyz", (_request, reply) =>
    isReady()
      ? reply.send()
      : reply.code(503).type("text/plain").send("Cannot answer yet: the first list of objects is not in\n"),
  );
  app.get("/metrics", async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
}
