import type { NodePort } from "@heliostat/kube";
import { HandClock, SeededRandom } from "@heliostat/kube/testing";
import { describeKubeWire } from "@heliostat/kube/wire-conformance";
import { embeddedKubernetes } from "../embedded-kubernetes.ts";
import { inProcessWire } from "./in-process-wire.ts";

describeKubeWire({
  name: "in process, on the embedded API",
  newWire: async () => {
    const clock = new HandClock();
    const kubernetes = embeddedKubernetes({ clock, random: new SeededRandom() });
    await kubernetes.start();
    const { api, registry } = kubernetes;
    const user = { name: "tester", groups: [] };
    const wire = inProcessWire({ api, registry, clock, user, node: {} as NodePort });
    return { wire, close: () => kubernetes.close() };
  },
});
