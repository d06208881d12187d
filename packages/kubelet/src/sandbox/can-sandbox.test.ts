import { describe, expect, it } from "vitest";
import { canSandbox, explainRefusal } from "./can-sandbox.ts";

const SETTINGS = { appArmorRestricts: undefined, usernsClone: undefined, mostUserNamespaces: "9" };
const complaint = "unshare: Operation not permitted";

describe("explainRefusal()", () => {
  it("names a missing program and where it comes from", () => {
    const refusal = { steps: ["missing ip"], complaint: "", settings: SETTINGS };
    expect(explainRefusal(refusal)).toBe('the program "ip" is missing; it comes with iproute2');
  });

  it("names the setting that forbids namespaces", () => {
    const with_ = (settings: object) =>
      explainRefusal({ steps: [], complaint, settings: { ...SETTINGS, ...settings } });
    expect(with_({ appArmorRestricts: "1" })).toContain("kernel.apparmor_restrict_unprivileged_userns=0");
    expect(with_({ usernsClone: "0" })).toContain("kernel.unprivileged_userns_clone=1");
    expect(with_({ mostUserNamespaces: "0" })).toContain("user.max_user_namespaces=10000");
    expect(with_({})).toBe(`the kernel refuses namespaces to users (${complaint})`);
  });

  it("tells a kernel without veth from a container that hides the process table", () => {
    const at = (...steps: readonly string[]) => explainRefusal({ steps, complaint, settings: SETTINGS });
    expect(at("namespaces")).toContain("no bridge or no veth");
    expect(at("namespaces", "cable")).toContain("this looks like a container");
  });
});

describe("canSandbox()", () => {
  it("is a matter of Linux", async () => {
    expect(await canSandbox("darwin")).toEqual({
      isPossible: false,
      reason: "sandboxes need Linux, this is darwin",
    });
  });

  it("answers with yes, or with a reason", async () => {
    const probe = await canSandbox();
    expect(probe.isPossible || probe.reason).toBeTruthy();
  });
});
