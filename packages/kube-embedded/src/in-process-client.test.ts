import { randomUUID } from "node:crypto";
import { describeKubeClient } from "@heliostat/kube/conformance";
import { embeddedKubernetes } from "./embedded-kubernetes.ts";

describeKubeClient({
  name: "in process, on the embedded API",
  newClient: async () => {
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
    return { client: kubernetes.client("conformance"), close: async () => kubernetes.close() };
  },
});
