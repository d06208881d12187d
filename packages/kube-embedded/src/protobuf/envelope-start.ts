/** `k8s\0`: every protobuf body of Kubernetes begins with it. */
const START: readonly number[] = [0x6b, 0x38, 0x73, 0x00];

/** What follows the first bytes of a Kubernetes envelope; `undefined` when these bytes are none. */
export function envelopeContent(bytes: Uint8Array): Uint8Array | undefined {
  const isEnvelope = START.every((byte, index) => bytes[index] === byte);
  return isEnvelope ? bytes.subarray(START.length) : undefined;
}
