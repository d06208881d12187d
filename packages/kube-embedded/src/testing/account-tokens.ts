import { type ApiAnswer, type ApiCall, callApi } from "./api-caller.ts";
import type { TestServer } from "./test-server.ts";

/** A service account with a role of its own namespace. @returns its token, over the API */
export async function givenAccount(
  server: TestServer,
  { name, namespace, rules = [] }: { name: string; namespace: string; rules?: readonly object[] },
): Promise<string> {
  const metadata = { name, namespace };
  const rbac = "rbac.authorization.k8s.io";
  await server.given({ apiVersion: "v1", kind: "ServiceAccount", metadata });
  await server.given({ apiVersion: `${rbac}/v1`, kind: "Role", metadata, rules });
  await server.given({
    apiVersion: `${rbac}/v1`,
    kind: "RoleBinding",
    metadata,
    roleRef: { apiGroup: rbac, kind: "Role", name },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  });
  return accountToken(server, { name, namespace });
}

/** What TokenRequest gives the administrator for an account. */
export async function accountToken(
  server: TestServer,
  { name, namespace, ...spec }: { name: string; namespace: string } & Readonly<Record<string, unknown>>,
): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const { json, text } = await callApi(server, path, { method: "POST", body: { spec } });
  const { status } = json as { readonly status?: { readonly token?: string } };
  if (status?.token === undefined) throw new Error(`Cannot get a token for ${name}: ${text}`);
  return status.token;
}

/** Call with a token and without a certificate. */
export function callAs(
  server: TestServer,
  token: string,
  call: ApiCall & { readonly path: string },
): Promise<ApiAnswer> {
  const headers = { authorization: `Bearer ${token}`, ...call.headers };
  return callApi(server, call.path, { ...call, isAnonymous: true, headers });
}
