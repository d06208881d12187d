export {
  type Access,
  type Authenticator,
  type Authorizer,
  type Caller,
  type Credentials,
  type IdentityCallOptions,
  IdentityError,
  type Verdict,
} from "./port.ts";
