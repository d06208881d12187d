import { writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { kubeconfigText, loadServerIdentity } from "@heliostat/kube-embedded";
import { storedPod } from "./stored-pod.ts";

/*
 * As little as a server can do over HTTPS for a pod that is created: read the body, parse it, answer with a pod, and
 * send that to whoever watches. What it costs is Node's. The first argument is the folder for its certificates.
 */

const folder = process.argv[2] ?? "";
const clock = { now: () => Date.now(), after: () => ({ cancel: () => undefined }) };
const { credentials } = loadServerIdentity(folder, clock);
const { caCertificatePem, server, admin } = credentials;
const pod = Buffer.from(storedPod(1));
const headers = { "content-type": "application/json" };
const watchers = new Set<ServerResponse>();

const listening = createServer(
  { key: server.keyPem, cert: server.certificatePem, ca: caCertificatePem, requestCert: true },
  (request, response) => {
    if (request.method === "GET") {
      response.writeHead(200, headers).flushHeaders();
      watchers.add(response);
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      JSON.parse(Buffer.concat(chunks).toString("utf8"));
      response.writeHead(201, { ...headers, "content-length": pod.length }).end(pod);
      for (const watcher of watchers) watcher.write(pod);
    });
  },
).listen(0, "127.0.0.1", () => {
  const url = `https://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  const kubeconfig = kubeconfigText({ server: url, caCertificatePem, client: admin });
  writeFileSync(join(folder, "kubeconfig"), kubeconfig, { mode: 0o600 });
  process.stdout.write(`${JSON.stringify({ event: "ready", url })}\n`);
});
process.on("SIGTERM", () => process.exit());
