import { createServer, type Http2Server } from "node:http2";
import { type AddressInfo, connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { grpcHealth } from "./grpc-health.ts";

describe("grpcHealth()", () => {
  let server: Http2Server | undefined;

  afterEach(() => server?.close());

  it.each([
    ["", [0x08, 1], "SERVING"],
    ["my.Service", [0x08, 2], "NOT_SERVING"],
    ["other", [0x08, 3], "SERVICE_UNKNOWN"],
    ["", [], "UNKNOWN"],
  ])("of %j, answered %j, is %s", async (service, message, status) => {
    let asked = "";
    const port = await answering("0", message, (path, body) => {
      asked = `${path} ${body.subarray(7)}`;
    });
    expect(await check(port, service)).toBe(status);
    expect(asked).toBe(`/grpc.health.v1.Health/Check ${service}`);
  });

  it("asks for a name of any length", async () => {
    const service = "x".repeat(200);
    let message: Buffer = Buffer.alloc(0);
    const port = await answering("0", [0x08, 1], (_path, body) => {
      message = body.subarray(5);
    });
    expect(await check(port, service)).toBe("SERVING");
    expect(message).toEqual(Buffer.concat([Buffer.from([0x0a, 0xc8, 0x01]), Buffer.from(service)]));
  });

  it("says what does not know the protocol, and what fails", async () => {
    await expect(check(await answering("12", []))).rejects.toThrow(
      "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): why",
    );
    await expect(check(await answering("5", []))).rejects.toThrow("error: health rpc probe failed: why");
  });

  it("does not wait for a server that says nothing", async () => {
    const port = await listening(createServer());
    const giveUp = new AbortController();
    const asked = check(port, "", giveUp.signal);
    giveUp.abort();
    await expect(asked).rejects.toThrow("error: health rpc probe failed");
  });

  function check(port: number, service = "", signal = new AbortController().signal): Promise<string> {
    return grpcHealth(connect(port, "127.0.0.1"), { authority: `127.0.0.1:${port}`, service, signal });
  }

  function answering(
    code: string,
    message: readonly number[],
    see: (path: string, body: Buffer) => void = () => undefined,
  ): Promise<number> {
    const answers = createServer().on("stream", (stream, headers) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        see(String(headers[":path"]), Buffer.concat(chunks));
        stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
        stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": code, "grpc-message": "why" }));
        stream.end(Buffer.from([0, 0, 0, 0, message.length, ...message]));
      });
    });
    return listening(answers);
  }

  async function listening(made: Http2Server): Promise<number> {
    server = made;
    await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
    return (made.address() as AddressInfo).port;
  }
});
