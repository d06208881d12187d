import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Cluster, ClusterSchema, ListClustersResponseSchema } from "@heliostat/proto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encoder } from "./encoded.ts";

const clusters = fc.array(
  fc
    .record({ name: fc.string(), namespace: fc.string(), user: fc.string() })
    .map((init) => create(ClusterSchema, init)),
);

describe("encoder()", () => {
  it("answers with a list that reads as it was written, however often it is told", () => {
    const encode = encoder();
    fc.assert(
      fc.property(clusters, fc.string(), (elements: Cluster[], continuation) => {
        const list = create(ListClustersResponseSchema, { clusters: elements, continue: continuation });
        const canonical = toBinary(ListClustersResponseSchema, list);
        for (const bytes of [
          encode(ListClustersResponseSchema, list),
          encode(ListClustersResponseSchema, list),
        ]) {
          expect(bytes).toEqual(canonical);
          expect(fromBinary(ListClustersResponseSchema, bytes)).toEqual(list);
        }
      }),
    );
  });

  it("encodes a message once", () => {
    const encode = encoder();
    const cluster = create(ClusterSchema, { name: "a" });
    expect(encode(ClusterSchema, cluster)).toBe(encode(ClusterSchema, cluster));
  });
});
