import { randomUUID } from "node:crypto";
import { interceptedClient, type KubeClient } from "@heliostat/kube";
import { describeKubeClient } from "@heliostat/kube/conformance";
import { embeddedKubernetes } from "./embedded-kubernetes.ts";

describeKubeClient({
  name: "in process, on the embedded API",
  newClient: () => onEmbeddedApi((client) => client),
});

describeKubeClient({
  name: "in process, with each request intercepted",
  newClient: () => onEmbeddedApi((client) => interceptedClient(client, (_request, send) => send())),
});

async function onEmbeddedApi(decorated: (client: KubeClient) => KubeClient) {
  const kubernetes = embeddedKubernetes({
    clock: {
      now: () => Date.now(),
      after: (delayMs, run) => {
        const timer = setTimeout(run, delayMs);
        return { cancel: () => clearTimeout(timer) };
      },
    },
    random: { uuid: () => randomUUID(), fraction: () => Math.random() },
  });
  await kubernetes.start();
  return { client: decorated(kubernetes.client("conformance")), close: async () => kubernetes.close() };
}
