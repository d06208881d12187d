import { Duplex } from "node:stream";
import type { ByteStream } from "@heliostat/kube";

/** A connection of the node port as Node's HTTP client wants it. */
export function byteDuplex(stream: ByteStream): Duplex {
  const chunks = stream.output[Symbol.asyncIterator]();
  return new Duplex({
    read() {
      chunks.next().then(
        ({ done, value }) => this.push(done ? null : value),
        (error: Error) => this.destroy(error),
      );
    },
    write(chunk: Uint8Array, _encoding, callback) {
      stream.write(chunk);
      (stream.drained?.() ?? Promise.resolve()).then(() => callback(), callback);
    },
    final(callback) {
      stream.end();
      callback();
    },
    destroy(error, callback) {
      stream.destroy();
      callback(error);
    },
  });
}
