import { describeKubeWire } from "@heliostat/kube/wire-conformance";
import { kubeHttp } from "./kube-http.ts";
import { servedKubernetes } from "./testing/served-kubernetes.ts";

describeKubeWire({
  name: "over HTTPS, to the embedded API",
  newWire: async () => {
    const served = await servedKubernetes();
    const http = kubeHttp(served.access, { userAgent: "heliostat-test/1" });
    return {
      wire: http.wire,
      async close() {
        await http.close();
        await served.remove();
      },
    };
  },
});
