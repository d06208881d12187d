import ts from "typescript";
import { describe, expect, it } from "vitest";
import type { Schema } from "../../packages/kube/src/schemas.ts";
import { TypeSchemas } from "./type-schemas.ts";

describe("TypeSchemas", () => {
  it("turns an interface into an object, with its comments as descriptions", () => {
    const source = `
      /** A room. */
      interface Room {
        /** What it is
         *  called. */
        readonly name: string;
        readonly isOpen?: boolean;
        readonly labels?: Readonly<Record<string, string>>;
      }`;
    expect(definitions(source)["Room"]).toEqual({
      type: "object",
      description: "A room.",
      required: ["name"],
      properties: {
        name: { type: "string", description: "What it is called." },
        isOpen: { type: "boolean" },
        labels: { type: "object", additionalProperties: { type: "string" } },
      },
    });
  });

  it("turns unions of literals into enums, unless they are open", () => {
    const source = `
      type Mode = "on" | "off";
      interface Room {
        readonly mode?: Mode;
        /** @openEnum */
        readonly state?: Mode;
      }`;
    expect(fields(source)).toEqual({
      mode: { type: "string", enum: ["on", "off"] },
      state: { type: "string" },
    });
  });

  it("reads the range of a number from the name of its type, and its bounds from tags", () => {
    const source = `
      type Int32 = number;
      interface Room {
        /**
         * @default 1
         * @minimum 0
         * @maximum 9
         */
        readonly seats?: Int32;
      }`;
    expect(fields(source)["seats"]).toEqual({
      type: "integer",
      format: "int32",
      default: 1,
      minimum: 0,
      maximum: 9,
    });
  });

  it("writes out what an interface inherits, as it is declared there", () => {
    const source = `
      type Int32 = number;
      interface Place {
        /** How many fit. */
        readonly seats: Int32;
        readonly name: string;
      }
      interface Room extends Pick<Place, "seats"> { readonly door?: string }`;
    expect(definitions(source)["Room"]).toMatchObject({
      required: ["seats"],
      properties: {
        door: { type: "string" },
        seats: { type: "integer", format: "int32", description: "How many fit." },
      },
    });
  });

  it("points at other interfaces, and at Kubernetes' types by the name that a tag gives", () => {
    const source = `
      interface Seat { readonly row: string }
      /** @schema Service */
      interface Door {}
      interface Room {
        /** @listMapKeys row */
        readonly seats?: readonly Seat[];
        readonly door?: Door;
      }`;
    expect(fields(source)).toEqual({
      seats: {
        type: "array",
        items: { $ref: "Seat" },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["row"],
      },
      door: { $ref: "Service" },
    });
  });

  it("pairs each rule with its message", () => {
    const source = `
      interface Room {
        /**
         * @celRule self == oldSelf
         * @celMessage the name is immutable
         */
        readonly name?: string;
      }`;
    expect(fields(source)["name"]?.["x-kubernetes-validations"]).toEqual([
      { rule: "self == oldSelf", message: "the name is immutable" },
    ]);
  });

  it.each([
    ["a plain number", "readonly seats: number", 'no rule for the type "number"'],
    ["an unknown tag", "/** @mininum 1 */ readonly name: string", 'unknown tag "@mininum 1"'],
    ["a rule without a message", "/** @celRule self != '' */ readonly name: string", "has no @celMessage"],
    ["a name that Kubernetes has", "readonly other: Service } interface Service {", "stands for two types"],
  ])("refuses %s", (_, field, message) => {
    expect(() => definitions(`interface Room {\n${field}\n}`)).toThrow(message);
  });
});

function fields(source: string): Readonly<Record<string, Schema>> {
  return definitions(source)["Room"]?.properties ?? {};
}

/** The definitions that the interface `Room` of this source needs. */
function definitions(text: string): Readonly<Record<string, Schema>> {
  const host = ts.createCompilerHost({});
  const source = ts.createSourceFile("room.ts", text, ts.ScriptTarget.ES2023, true);
  const getSourceFile: typeof host.getSourceFile = (name, target) =>
    name === "room.ts" ? source : originalGetSourceFile(name, target);
  const originalGetSourceFile = host.getSourceFile.bind(host);
  const program = ts.createProgram(["room.ts"], { lib: ["lib.es2023.d.ts"] }, { ...host, getSourceFile });
  const schemas = new TypeSchemas(program.getTypeChecker(), new Set(["Service"]));
  const room = source.statements
    .filter(ts.isInterfaceDeclaration)
    .find(({ name }) => name.text === "Room") as ts.InterfaceDeclaration;
  schemas.ofInterface(room);
  return schemas.definitions;
}
