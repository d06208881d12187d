import { describe, expect, it } from "vitest";
import { UserError } from "../user-error.ts";
import { operatorConfiguration } from "./configuration-file.ts";
import { raySettings } from "./ray-settings.ts";

describe("raySettings()", () => {
  it("says nothing where the environment says nothing", () => {
    expect(raySettings({ ENABLE_PROBES_INJECTION: "" })).toEqual({});
  });

  it("reads KubeRay's variables", () => {
    const environment = {
      CLUSTER_DOMAIN: "corp.local",
      ENABLE_RAY_HEAD_CLUSTER_IP_SERVICE: "true",
      ENABLE_INIT_CONTAINER_INJECTION: "false",
      ENABLE_PROBES_INJECTION: "False",
      ENABLE_LOGIN_SHELL: "true",
      ENABLE_GCS_FT_REDIS_CLEANUP: "false",
    };
    expect(raySettings(environment)).toEqual({
      clusterDomain: "corp.local",
      isHeadServiceHeadless: false,
      hasWaitContainer: false,
      hasProbes: false,
      isLoginShell: true,
      emptiesRedis: false,
    });
  });

  it("names the variable that is neither true nor false", () => {
    expect(() => raySettings({ ENABLE_LOGIN_SHELL: "yes" })).toThrow('ENABLE_LOGIN_SHELL is "yes"');
  });
});

describe("operatorConfiguration()", () => {
  it("reads KubeRay's Configuration", () => {
    const text = `apiVersion: config.ray.io/v1alpha1
kind: Configuration
reconcileConcurrency: 4
batchScheduler: volcano
defaultPodLabels: { team: a }
headSidecarContainers: [{ name: logs, image: busybox }]
`;
    expect(operatorConfiguration(text, "c.yaml")).toEqual({
      reconcileConcurrency: 4,
      batchScheduler: "volcano",
      ray: { defaultLabels: { team: "a" }, headSidecars: [{ name: "logs", image: "busybox" }] },
    });
  });

  it.each([
    ["reconcileConcurency: 4", "there is no setting reconcileConcurency"],
    ["batchScheduler: 1", "batchScheduler must be a string, but is a number"],
    ["defaultPodLabels:", "defaultPodLabels must be a map, but is a null"],
    ["- a", "it must hold one map"],
    ["a: [", "Cannot read c.yaml"],
  ])("refuses %s", (text, message) => {
    expect(() => operatorConfiguration(text, "c.yaml")).toThrow(UserError);
    expect(() => operatorConfiguration(text, "c.yaml")).toThrow(message);
  });
});
