import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { expect, it } from "vitest";
import { isKubeProtobuf, reviewOfProtobuf } from "./review-protobuf.ts";

it("reads as much as decides of the answer, and passes over the rest", () => {
  const attributes = message({ 1: "team", 2: "list", 3: "ray.io", 4: "*", 5: "rayclusters", 7: "c" });
  const review = message({ 1: message({ 1: "metadata" }), 2: message({ 1: attributes }) });
  const unknown = message({ 1: message({ 1: "authorization.k8s.io/v1", 2: "Kind" }), 2: review, 3: "" });
  expect(reviewOfProtobuf(kube(unknown))).toEqual({
    apiVersion: "authorization.k8s.io/v1",
    kind: "Kind",
    spec: {
      resourceAttributes: {
        namespace: "team",
        verb: "list",
        group: "ray.io",
        resource: "rayclusters",
        subresource: "",
        name: "c",
      },
    },
  });
});

it("reads any bytes, or says that it cannot", () => {
  const read = (bytes: Uint8Array): unknown => {
    try {
      return reviewOfProtobuf(kube(bytes));
    } catch (error) {
      return error;
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => typeof read(bytes) === "object"));
  expect(isKubeProtobuf(new TextEncoder().encode('{"kind":"x"}'))).toBe(false);
});

function message(fields: Readonly<Record<number, string | Uint8Array>>): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, value] of Object.entries(fields)) {
    writer.tag(Number(number), WireType.LengthDelimited);
    if (typeof value === "string") writer.string(value);
    else writer.bytes(value);
  }
  return writer.tag(15, WireType.Varint).uint32(1).finish();
}

function kube(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from("k8s\0"), bytes]);
}
