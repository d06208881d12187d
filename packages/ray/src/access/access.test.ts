import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isAutoscaling } from "../raycluster/autoscaling.ts";
import type { AuthOptions, RayCluster } from "../raycluster/types.ts";
import { describeGolden } from "../testing/golden.ts";
import { aRayCluster } from "../testing/index.ts";
import { authSecret, needsAuthSecret } from "./auth-secret.ts";
import {
  autoscalerRole,
  autoscalerRoleBinding,
  autoscalerServiceAccount,
  needsAutoscalerAccount,
} from "./autoscaler-access.ts";

describeGolden(join(import.meta.dirname, "testdata"), (cluster: RayCluster) => [
  ...(needsAutoscalerAccount(cluster) ? [autoscalerServiceAccount(cluster)] : []),
  ...(isAutoscaling(cluster.spec) ? [autoscalerRole(cluster), autoscalerRoleBinding(cluster)] : []),
  ...(needsAuthSecret(cluster) ? [authSecret(cluster, { token: "bm90IHZlcnkgc2VjcmV0" })] : []),
]);

describe("needsAuthSecret()", () => {
  it.each<[AuthOptions | undefined, boolean]>([
    [undefined, false],
    [{}, false],
    [{ mode: "disabled" }, false],
    [{ mode: "token" }, true],
    [{ mode: "token", secretName: "mine" }, false],
    [{ mode: "token", enableK8sTokenAuth: true }, false],
  ])("of %j is %s", (authOptions, expected) => {
    expect(needsAuthSecret(aRayCluster(authOptions && { authOptions }))).toBe(expected);
  });
});
