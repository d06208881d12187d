/** The other side breaks the rules of SPDY/3.1: nothing more can be said on this connection. */
export class SpdyError extends Error {
  override readonly name = "SpdyError";
}
