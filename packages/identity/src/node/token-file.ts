import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { IdentityError } from "../port.ts";
import { type StaticIdentity, staticIdentity } from "../static/static-identity.ts";

/** Random bytes in a generated token. */
const TOKEN_BYTES = 32;

/**
 * The identities of a file of tokens (see {@link staticIdentity} for its form).
 *
 * @throws IdentityError `Misconfigured` when it cannot be read or says something else
 */
export async function readTokenFile(path: string): Promise<StaticIdentity> {
  return staticIdentity(await textOf(path), path);
}

/**
 * The administrator's token of a laptop: made at the first call, kept for the calls after it in a file that only its
 * owner may read.
 *
 * @throws IdentityError `Misconfigured` when the file cannot be written or holds no token
 */
export async function laptopTokenFile(path: string): Promise<{ readonly token: string }> {
  const made = { token: randomBytes(TOKEN_BYTES).toString("base64url"), name: "admin", admin: true };
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${JSON.stringify({ tokens: [made] }, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    return { token: made.token };
  } catch (cause) {
    if ((cause as { readonly code?: string }).code === "EEXIST") return existingToken(path);
    throw new IdentityError("Misconfigured", `Cannot write the token file "${path}"`, { cause });
  }
}

async function existingToken(path: string): Promise<{ readonly token: string }> {
  // Whoever copied the file may have widened who reads it.
  await chmod(path, 0o600).catch(() => undefined);
  const { adminToken } = await readTokenFile(path);
  if (adminToken !== undefined) return { token: adminToken };
  throw new IdentityError(
    "Misconfigured",
    `Cannot use the token file "${path}": no entry of it has "admin: true". Add one, or delete the file`,
  );
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new IdentityError("Misconfigured", `Cannot read the token file "${path}"`, { cause });
  }
}
