import { describeKubeClient } from "@heliostat/kube/conformance";
import { kubeHttp } from "./kube-http.ts";
import { servedKubernetes } from "./testing/served-kubernetes.ts";

describeKubeClient({
  name: "over HTTPS, on the embedded API",
  newClient: async () => {
    const served = await servedKubernetes();
    const { client, close } = kubeHttp(served.access, { userAgent: "heliostat-conformance" });
    return {
      client,
      async close() {
        await close();
        await served.remove();
      },
    };
  },
});
