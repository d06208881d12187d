import { create, type DescMessage, type Message, toBinary } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import type { Access } from "@heliostat/identity";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ApiServer } from "../api-server.ts";
import { GrpcCaller } from "../testing/grpc-caller.ts";
import { handlersThat, identityThat, served, streamsThat, TOKEN } from "../testing/served-handlers.ts";
import { type Method, methodsOf } from "./methods.ts";
import { streamMethodsOf } from "./stream-methods.ts";

/** What the matrix needs to know of a method, be its answer one message or a stream of them. */
type Row = Pick<Method, "path" | "binding" | "input" | "rules">;

/** Every method as it must be refused: the matrix is made of the same tables as the server. */
const METHODS = [
  ...methodsOf(handlersThat(() => undefined)),
  ...streamMethodsOf(streamsThat(() => undefined)),
].map((method): readonly [string, Row] => [method.path, method]);

let server: ApiServer;
let grpc: GrpcCaller;
let handled: string[] = [];
let asked: Access[] = [];
let allows: (access: Access) => boolean = () => true;

beforeAll(async () => {
  const identity = identityThat((access) => {
    asked.push(access);
    return allows(access);
  });
  server = await served(
    (method) => {
      handled.push(`/${method.parent.typeName}/${method.name}`);
      return undefined;
    },
    { authenticator: identity, authorizer: identity },
  );
  grpc = new GrpcCaller(server.grpcAddress);
});

afterAll(async () => {
  grpc.close();
  await server.stop();
});

beforeEach(() => {
  [handled, asked, allows] = [[], [], () => true];
});

describe.each(METHODS)("%s", (path, method) => {
  test("an anonymous and an unknown caller reach nothing", async () => {
    for (const token of ["", "wrong"]) {
      expect(await overHttp(method, "mine", token)).toBe(401);
      await expect(overGrpc(method, "mine", token)).rejects.toMatchObject({ code: 16 });
    }
    expect([handled, asked]).toEqual([[], []]);
  });

  test("each access that it needs is asked for, and each can refuse it", async () => {
    expect(await overHttp(method, "mine")).toBe(200);
    await overGrpc(method, "mine");
    expect(handled).toEqual([path, path]);
    const needed = asked.slice(0, method.rules.length);
    expect(needed).toEqual(asked.slice(method.rules.length));
    for (const refused of needed) {
      allows = ({ resource, subresource }) =>
        resource !== refused.resource || subresource !== refused.subresource;
      expect(await overHttp(method, "mine")).toBe(403);
      await expect(overGrpc(method, "mine")).rejects.toMatchObject({ code: 7 });
    }
    expect(handled).toEqual([path, path]);
  });

  test("whoever may see one namespace reaches no other, nor all", async () => {
    allows = ({ namespace }) => namespace === "mine";
    const isOfAll = !method.input.fields.some(({ name }) => name === "namespace");
    expect(await overHttp(method, "mine")).toBe(isOfAll ? 403 : 200);
    expect(await overHttp(method, "yours")).toBe(403);
    await expect(overGrpc(method, "yours")).rejects.toMatchObject({ code: 7 });
    await expect(overGrpc(method, "")).rejects.toMatchObject({ code: 7 });
  });
});

test("the object whose name decides is the one that is touched", async () => {
  await fetch(`${server.httpUrl}/apis/v1/namespaces/mine/services/path`, {
    method: "PUT",
    headers: { authorization: `Bearer ${TOKEN}` },
    body: '{"name":"body"}',
  });
  expect(asked).toEqual([
    { verb: "update", group: "ray.io", resource: "rayservices", namespace: "mine", name: "body" },
  ]);
});

async function overHttp({ binding }: Row, namespace: string, token = TOKEN): Promise<number> {
  const path = binding.path.replace("{namespace}", namespace).replaceAll(/\{\w+\}/g, "x");
  const { status } = await fetch(`${server.httpUrl}${path}`, {
    method: binding.verb,
    headers: token === "" ? {} : { authorization: `Bearer ${token}` },
  });
  return status;
}

function overGrpc({ path, input }: Row, namespace: string, token = TOKEN): Promise<Uint8Array> {
  return grpc.callBytes(path, toBinary(input, requestOf(input, namespace)), { token });
}

function requestOf(input: DescMessage, namespace: string): Message {
  const message = create(input);
  const target = reflect(input, message);
  for (const field of input.fields) {
    if (field.fieldKind === "scalar" && field.scalar === 9)
      target.set(field, field.name === "namespace" ? namespace : "x");
  }
  return message;
}
