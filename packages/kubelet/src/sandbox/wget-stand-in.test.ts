import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WGET_STAND_IN } from "./wget-stand-in.ts";

const web = createServer((request, response) => {
  response.statusCode = request.url === "/missing" ? 404 : 200;
  response.end(`${request.url} success\n`);
});
const silent = createTcpServer(() => {});
let address = "";

beforeAll(async () => {
  address = `localhost:${await listen(web)}`;
});

afterAll(() => {
  web.close();
  silent.close();
});

describe("wget stand-in", () => {
  it("prints what the server answers", async () => {
    const url = `http://${address}/api/local_raylet_healthz?x=1`;
    expect(await wget("--tries", "1", "-T", "2", "-q", "-O-", url)).toEqual({
      code: 0,
      out: "/api/local_raylet_healthz?x=1 success\n",
      complaint: "",
    });
    expect(await wget("-qO-", "--tries=1", "--timeout=2", address)).toMatchObject({ out: "/ success\n" });
  });

  it("prints nothing when it only looks", async () => {
    expect(await wget("-q", "--spider", address)).toEqual({ code: 0, out: "", complaint: "" });
  });

  it("ends with 8 when the server says no", async () => {
    expect(await wget("-O-", `${address}/missing`)).toEqual({
      code: 8,
      out: "",
      complaint: "server returned error: 404\n",
    });
  });

  it("ends with 4 when nobody listens or nobody answers in time", async () => {
    expect(await wget("-q", "-O-", "-T", "1", "localhost:1")).toMatchObject({ code: 4, complaint: "" });
    const port = await listen(silent);
    expect(await wget("-q", "-O-", "-T", "0.2", `localhost:${port}`)).toMatchObject({ code: 4 });
  });

  it("says what it cannot do", async () => {
    expect(await wget("https://pypi.org")).toMatchObject({ code: 2, complaint: /https needs a real wget/ });
    expect(await wget("--mirror", address)).toMatchObject({ code: 2 });
  });
});

async function wget(...args: readonly string[]) {
  const child = spawn("bash", ["-c", WGET_STAND_IN, "wget", ...args]);
  const ended = new Promise((resolve) => child.on("close", resolve));
  const [out, complaint, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, complaint };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
