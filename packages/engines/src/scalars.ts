/** Names for what TypeScript's `number` and `string` cannot say; the CRD generator reads them. */

/** A whole number of 32 bits. */
export type Int32 = number;

/** A whole number of 64 bits. */
export type Int64 = number;

/** A moment in RFC 3339, with whole seconds: `2026-01-31T08:00:00Z`. */
export type Timestamp = string;

/** Bytes in base64. */
export type Base64 = string;
