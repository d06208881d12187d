import { Duplex } from "node:stream";
import {
  type ByteStream,
  isTerminating,
  type KubeReader,
  labelSelectorText,
  type NodePort,
  nameOf,
  PODS,
} from "@heliostat/kube";

/** Which pods may answer, and on which port. */
export interface PodTarget {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly port: number;
}

/** A cluster and the way into its pods. */
export interface PodPlace {
  readonly client: KubeReader;
  readonly nodePort: NodePort;
}

/** Connect to a port of the pod that has these labels now. @throws Error when there is none; KubeError `Unavailable` */
export async function connectToPod({ client, nodePort }: PodPlace, target: PodTarget): Promise<ByteStream> {
  const { namespace, labels, port } = target;
  const labelSelector = labelSelectorText(labels);
  const { items } = await client.list(PODS, { namespace, labelSelector });
  const pod = items.find((each) => !isTerminating(each)) ?? items[0];
  if (!pod) throw new Error(`Cannot connect to port ${port}: no pod has the labels ${labelSelector}`);
  return nodePort.connect(nameOf(pod), port);
}

/** The same as a stream of Node's. */
export function duplexOf(stream: ByteStream): Duplex {
  const chunks = stream.output[Symbol.asyncIterator]();
  return new Duplex({
    read() {
      chunks.next().then(
        ({ done, value }) => this.push(done ? null : value),
        (error) => this.destroy(error as Error),
      );
    },
    write(chunk: Uint8Array, _encoding, done) {
      stream.write(chunk);
      Promise.resolve(stream.drained?.()).then(() => done(), done);
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
}
