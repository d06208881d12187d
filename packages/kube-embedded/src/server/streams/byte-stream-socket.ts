import { Duplex, Readable, Writable } from "node:stream";
import type { ByteStream } from "@heliostat/kube";

/** A connection in the shape that Node's HTTP client wants. */
export function byteStreamSocket(stream: ByteStream): Duplex {
  const writable = new Writable({
    // Having sent everything is not the end: the other side may still answer.
    autoDestroy: false,
    write(chunk: Uint8Array, _encoding, done) {
      stream.write(chunk);
      if (stream.drained) stream.drained().then(() => done(), done);
      else done();
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
