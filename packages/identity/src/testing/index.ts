/** For tests that sign what no issuer would. */
export { type JWTPayload, SignJWT } from "jose";
export { type SigningKey, signingKey, TestIssuer, type TokenTraits } from "./test-issuer.ts";
