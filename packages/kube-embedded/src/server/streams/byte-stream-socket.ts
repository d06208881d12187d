import { Duplex, Readable, Writable } from "node:stream";
import type { ByteStream } from "@heliostat/kube";

/** A connection in the shape that Node's HTTP client wants. */
export function byteStreamSocket(stream: ByteStream): Duplex {
  const writable = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      stream.write(chunk);
      done();
    },
    final(done) {
      stream.end();
      done();
    },
    destroy(error, done) {
      stream.destroy();
      done(error);
    },
  });
  return Duplex.from({ readable: Readable.from(stream.output, { objectMode: false }), writable });
}
