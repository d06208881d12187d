export { type SigningKey, signingKey, TestIssuer, type TokenTraits } from "./test-issuer.ts";
