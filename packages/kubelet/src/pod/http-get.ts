import type { ByteStream, HTTPHeader } from "@heliostat/kube";

/** A request as probes and hooks make it. */
export interface HttpGet {
  /** `host:port`, unless a header says otherwise. */
  readonly host: string;
  readonly path: string;
  readonly headers: readonly HTTPHeader[];
}

/** No status line is longer; whatever sends more does not speak HTTP. */
const LONGEST_STATUS_LINE = 4096;
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})/;

/**
 * Ask over a connection that is used for nothing else, and answer with the status code. The body is not waited for.
 *
 * @throws Error when what answers is no HTTP server, or when the connection ends before it has answered
 */
export async function httpGet(connection: ByteStream, request: HttpGet): Promise<number> {
  connection.write(Buffer.from(requestText(request)));
  try {
    return statusCode(await firstLine(connection));
  } finally {
    connection.destroy();
  }
}

function requestText({ host, path, headers }: HttpGet): string {
  const given = headers.map(({ name, value }) => [name, value] as const);
  const names = new Set(given.map(([name]) => name.toLowerCase()));
  const implied = [
    ["Host", host],
    ["User-Agent", "kube-probe/1.35"],
    ["Accept", "*/*"],
  ] as const;
  const all = [...implied.filter(([name]) => !names.has(name.toLowerCase())), ...given];
  const lines = [...all, ["Connection", "close"] as const].map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path.startsWith("/") ? path : `/${path}`} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

async function firstLine({ output }: ByteStream): Promise<string> {
  let text = "";
  for await (const chunk of output) {
    text += Buffer.from(chunk).toString("latin1");
    const end = text.indexOf("\n");
    if (end >= 0) return text.slice(0, end);
    if (text.length > LONGEST_STATUS_LINE) break;
  }
  if (text === "") throw new Error("EOF");
  return text;
}

function statusCode(line: string): number {
  const match = STATUS_LINE.exec(line);
  if (!match) throw new Error(`malformed HTTP response ${JSON.stringify(line.slice(0, 80))}`);
  return Number(match[1]);
}
