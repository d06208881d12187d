import { describe, expect, it } from "vitest";
import { scalerIdentityChoice } from "../identity/scaler-choice.ts";
import { listenAddress } from "./listen-address.ts";

describe("listenAddress()", () => {
  it.each([
    ["127.0.0.1:6000", { host: "127.0.0.1", port: 6000 }],
    ["0.0.0.0:0", { host: "0.0.0.0", port: 0 }],
    ["[::1]:6000", { host: "::1", port: 6000 }],
    ["scaler.local:80", { host: "scaler.local", port: 80 }],
    ["6000", { host: "127.0.0.1", port: 6000 }],
    ["", undefined],
    ["host", undefined],
    ["host:", undefined],
    ["host:65536", undefined],
    ["::1:80", undefined],
    ["http://host:80", undefined],
  ])("%j is %j", (text, address) => {
    expect(listenAddress(text)).toEqual(address);
  });
});

describe("scalerIdentityChoice()", () => {
  it.each([
    ["domino", { provider: "domino" }],
    ["kubernetes", { provider: "kubernetes" }],
    ["oidc", { provider: "oidc" }],
    ["static=a/b=c.yaml", { provider: "static", file: "a/b=c.yaml" }],
    ["static", undefined],
    ["static=", undefined],
    ["none", undefined],
  ])("%j is %j", (text, choice) => {
    expect(scalerIdentityChoice(text)).toEqual(choice);
  });
});
