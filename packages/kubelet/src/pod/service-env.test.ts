import type { Service } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { apiServerEnv, serviceEnv } from "./service-env.ts";

function service(name: string, clusterIP: string, namespace = "default"): Service {
  const ports = [
    { name: "http-main", port: 80 },
    { port: 53, protocol: "UDP" },
  ];
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec: { clusterIP, ports } };
}

describe("service variables", () => {
  it("tell a pod where the API is", () => {
    expect(apiServerEnv({ host: "10.244.0.1", port: 6443 })).toEqual({
      KUBERNETES_SERVICE_HOST: "10.244.0.1",
      KUBERNETES_SERVICE_PORT: "6443",
      KUBERNETES_SERVICE_PORT_HTTPS: "6443",
      KUBERNETES_PORT: "tcp://10.244.0.1:6443",
      KUBERNETES_PORT_6443_TCP: "tcp://10.244.0.1:6443",
      KUBERNETES_PORT_6443_TCP_PROTO: "tcp",
      KUBERNETES_PORT_6443_TCP_PORT: "6443",
      KUBERNETES_PORT_6443_TCP_ADDR: "10.244.0.1",
    });
  });

  it("stand for every service that has an address of its own", () => {
    const services = [
      service("my-db", "10.96.0.5"),
      service("head", "None"),
      service("kubernetes", "10.96.0.1"),
    ];
    const env = serviceEnv(services);
    expect(env).toMatchObject({
      MY_DB_SERVICE_HOST: "10.96.0.5",
      MY_DB_SERVICE_PORT: "80",
      MY_DB_SERVICE_PORT_HTTP_MAIN: "80",
      MY_DB_PORT_53_UDP: "udp://10.96.0.5:53",
    });
    expect(Object.keys(env).filter((name) => !name.startsWith("MY_DB_"))).toEqual([]);
  });
});
