import { type Authenticator, staticIdentity } from "@heliostat/identity";
import { type Following, followedFiles } from "../system/followed-files.ts";

/**
 * Bearers of the tokens that a file lists, as it lists them now: a token that is taken out of it is worth nothing within
 * seconds.
 *
 * @throws UserError, IdentityError when the file cannot be used
 */
export function tokenFile(flag: string, path: string, following: Following): Authenticator {
  const identity = followedFiles(
    { what: "token file", files: [{ flag, path }], read: ([text = ""]) => staticIdentity(text, path) },
    following,
  );
  return { authenticate: (credentials, options) => identity.current.authenticate(credentials, options) };
}
