/** The token of an `Authorization` header (RFC 6750); `undefined` when it holds none, or something else. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^bearer +([\x21-\x7e]+) *$/i.exec(header ?? "")?.[1];
}
