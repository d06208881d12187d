import { describeKubeClient } from "@heliostat/kube/conformance";
import { kubeHttp, loadKubeconfig } from "@heliostat/kube-http";
import { describe, it } from "vitest";
import { systemClock } from "../../packages/cli/src/system/clock.ts";

/**
 * Set by hand, to run the conformance suite on a real cluster. It has a name of its own, so that nobody's everyday
 * KUBECONFIG is taken for it.
 */
const kubeconfig = process.env["CONFORMANCE_KUBECONFIG"];
const context = process.env["CONFORMANCE_CONTEXT"];

if (kubeconfig) {
  const paths = kubeconfig.split(":");
  describeKubeClient({
    name: `over HTTPS, on the cluster of ${kubeconfig}`,
    newClient: async () => {
      const environment = process.env;
      const access = loadKubeconfig({ paths, clock: systemClock, environment, ...(context && { context }) });
      return kubeHttp(access, { userAgent: "heliostat-conformance" });
    },
  });
} else {
  describe("KubeClient on a real cluster", () => {
    it.skip("needs CONFORMANCE_KUBECONFIG", () => undefined);
  });
}
