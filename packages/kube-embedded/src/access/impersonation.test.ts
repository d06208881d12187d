import { describe, expect, it } from "vitest";
import type { AccessAttributes, Authorizer } from "./authorizer.ts";
import { actingUser } from "./impersonation.ts";

const CALLER = { name: "root", groups: ["system:masters"] };

describe("impersonation by somebody who may impersonate everybody", () => {
  it("asks for the right to each part, in the place of each", async () => {
    const asked: string[] = [];
    const user = await actingUser(
      CALLER,
      [
        ...["Impersonate-User", "jane", "impersonate-group", "dev", "IMPERSONATE-GROUP", "a, b"],
        ...["Impersonate-Uid", "7", "Impersonate-Extra-acme.com%2FProject", "x", "Accept", "y"],
      ],
      noting(asked),
    );
    expect(asked).toEqual([
      "impersonate /users jane",
      "impersonate /groups dev",
      "impersonate /groups a, b",
      "impersonate authentication.k8s.io/userextras/acme.com/project x",
      "impersonate authentication.k8s.io/uids 7",
    ]);
    expect(user).toEqual({
      name: "jane",
      uid: "7",
      groups: ["dev", "a, b", "system:authenticated"],
      extra: { "acme.com/project": ["x"] },
    });
  });

  it("makes a service account of a service account's name, with its groups", async () => {
    const asked: string[] = [];
    const user = await actingUser(CALLER, ["Impersonate-User", "system:serviceaccount:a:sa"], noting(asked));
    expect(asked).toEqual(["impersonate /serviceaccounts sa in a"]);
    expect(user.groups).toEqual([
      "system:serviceaccounts",
      "system:serviceaccounts:a",
      "system:authenticated",
    ]);
    for (const name of ["system:serviceaccount:a", "system:serviceaccount:a:b:c", "system:serviceaccount::b"])
      expect((await actingUser(CALLER, ["Impersonate-User", name], noting([]))).groups).toEqual([
        "system:authenticated",
      ]);
  });

  it("leaves the anonymous unknown, and whoever says that he is", async () => {
    const groupsOf = async (...headers: readonly string[]) =>
      (await actingUser(CALLER, headers, noting([]))).groups;
    expect(await groupsOf("Impersonate-User", "system:anonymous")).toEqual(["system:unauthenticated"]);
    expect(await groupsOf("Impersonate-User", "x", "Impersonate-Group", "system:unauthenticated")).toEqual([
      "system:unauthenticated",
    ]);
  });

  it.each([
    [["Impersonate-User", "a", "impersonate-user", "b"], "is there more than once"],
    [["Impersonate-User", "a", "Impersonate-Uid", "1", "Impersonate-UID", "1"], "is there more than once"],
    [["Impersonate-Group", "a"], "the headers name no user"],
    [["Impersonate-Uid", "a"], "the headers name no user"],
    [["Impersonate-Extra-x", "a"], "the headers name no user"],
    [["Impersonate-Users", "a"], "there is no header Impersonate-users"],
    [["Impersonate-", "a"], "there is no header Impersonate-"],
    [["Impersonate-User", ""], "printable ASCII"],
    [["Impersonate-User", " a"], "printable ASCII"],
    [["Impersonate-User", "a\tb"], "printable ASCII"],
    [["Impersonate-User", "j\u00fcrgen"], "printable ASCII"],
    [["Impersonate-User", "a", "Impersonate-Extra-", "b"], "no percent-encoded key"],
    [["Impersonate-User", "a", "Impersonate-Extra-%zz", "b"], "no percent-encoded key"],
  ])("refuses %j as a bad request", async (headers, message) => {
    await expect(actingUser(CALLER, headers, noting([]))).rejects.toMatchObject({
      reason: "BadRequest",
      message: expect.stringContaining(message),
    });
  });
});

/** Allows everything and writes down what. */
function noting(asked: string[]): Authorizer {
  return {
    async isAllowed({ verb, resource }: AccessAttributes) {
      const { group, plural, subresource, namespace, name } = resource ?? { group: "", plural: "" };
      const what = [plural, ...(subresource === undefined ? [] : [subresource])].join("/");
      asked.push(`${verb} ${group}/${what} ${name}${namespace === undefined ? "" : ` in ${namespace}`}`);
      return true;
    },
  };
}
