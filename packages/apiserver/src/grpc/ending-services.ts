import type { Server, ServerWritableStream } from "@grpc/grpc-js";

/**
 * A server whose services of other makers, health and reflection, end their streams when it stops. They themselves would
 * leave them open as long as the caller does.
 */
export function endingServices(server: Server, stopping: AbortSignal): Server {
  const ending: Pick<Server, "addService"> = {
    addService(definition, implementation) {
      const streams = new Set(
        Object.entries(definition).flatMap(([name, { responseStream, originalName = name }]) =>
          responseStream ? [name, originalName] : [],
        ),
      );
      const handlers = Object.entries(implementation).map(([name, handler]) => [
        name,
        streams.has(name) ? endingStream(handler as StreamHandler, stopping) : handler,
      ]);
      server.addService(definition, Object.fromEntries(handlers));
    },
  };
  return ending as Server;
}

type StreamHandler = (call: ServerWritableStream<unknown, unknown>) => void;

function endingStream(handler: StreamHandler, stopping: AbortSignal): StreamHandler {
  return (call) => {
    const end = (): void => void call.end();
    stopping.addEventListener("abort", end, { once: true });
    call.once("cancelled", () => stopping.removeEventListener("abort", end));
    handler(call);
  };
}
