import { text } from "node:stream/consumers";
import type { PodSandbox } from "../../packages/kubelet/src/runtime/container-runtime.ts";

export interface PodRequest {
  readonly port: number;
  readonly path: string;
  readonly method?: string;
  readonly body?: string;
}

/** One HTTP request over a connection to a pod. */
export async function httpOver(pod: PodSandbox, { port, path, method = "GET", body = "" }: PodRequest) {
  const connection = await pod.connect(port);
  const head = `${method} ${path} HTTP/1.0\r\nHost: pod\r\nContent-Type: application/json\r\n`;
  connection.write(Buffer.from(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`));
  const answer = await text(connection.output as AsyncIterable<Buffer>);
  connection.end();
  const headEnd = answer.indexOf("\r\n\r\n");
  return { status: Number(answer.split(" ")[1]), body: answer.slice(headEnd + 4) };
}
