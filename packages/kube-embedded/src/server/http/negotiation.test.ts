import { describe, expect, it } from "vitest";
import { acceptedRepresentation, mediaRanges } from "./accept.ts";
import { booleanParameter, integerParameter } from "./query.ts";

const KUBECTL_GET =
  "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";

describe("acceptedRepresentation()", () => {
  it.each([
    [undefined, "json", "object"],
    ["*/*", "json", "object"],
    ["application/json", "json", "object"],
    ["application/vnd.kubernetes.protobuf,application/json", "json", "object"],
    [KUBECTL_GET, "json", "table"],
    ["application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json", "json", "object"],
    ["application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", "json", "metadata"],
    ["application/yaml", "yaml", "object"],
    ["application/json;q=0.5,application/yaml", "yaml", "object"],
  ])("takes %s for %s %s", (accept, syntax, shape) => {
    expect(acceptedRepresentation(accept)).toEqual({ syntax, shape });
  });

  it("offers streams in JSON only", () => {
    expect(acceptedRepresentation(KUBECTL_GET, { isStream: true }).shape).toBe("table");
    expect(() => acceptedRepresentation("application/yaml", { isStream: true })).toThrow(
      "only the following",
    );
  });

  it.each(["text/html", "application/vnd.kubernetes.protobuf", "application/json;q=0"])(
    "refuses %s",
    (accept) => {
      expect(() => acceptedRepresentation(accept)).toThrow("only the following media types are accepted");
    },
  );
});

describe("mediaRanges()", () => {
  it("sorts by quality and keeps the order of equals", () => {
    const types = mediaRanges("a/a;q=0.1, b/b, c/c;q=0.9, d/d").map(({ type }) => type);
    expect(types).toEqual(["b/b", "d/d", "c/c", "a/a"]);
  });
});

describe("booleanParameter()", () => {
  it.each([
    ["", false],
    ["watch", true],
    ["watch=1", true],
    ["watch=True", true],
    ["watch=true", true],
    ["watch=False", false],
    ["watch=0", false],
  ])("reads %j as Go's ParseBool does", (query, expected) => {
    expect(booleanParameter(new URLSearchParams(query), "watch")).toBe(expected);
  });

  it("refuses everything else", () => {
    expect(() => booleanParameter(new URLSearchParams("watch=yes"), "watch")).toThrow(
      '"yes" is not a boolean',
    );
  });
});

describe("integerParameter()", () => {
  it("reads whole numbers and nothing else", () => {
    const read = (text: string) => integerParameter(new URLSearchParams({ limit: text }), "limit");
    expect(read("500")).toBe(500);
    expect(read("-1")).toBe(-1);
    expect(read("")).toBeUndefined();
    expect(() => read("5x")).toThrow("is not an integer");
    expect(() => read("1e3")).toThrow("is not an integer");
  });
});
