/**
 * Names for what TypeScript's `number` and `string` cannot say. They are plain aliases: the CRD generator reads them
 * (`format: int32`, quantities, timestamps), and a reader learns the range.
 */

/** A whole number of 32 bits. */
export type Int32 = number;

/** A whole number of 64 bits. */
export type Int64 = number;

/** A floating-point number of 32 bits. */
export type Float32 = number;

/** A Kubernetes quantity: `500m`, `4Gi`, `2`. */
export type Quantity = string | number;

/** A whole number, or a string that holds one or names something. */
export type IntOrString = string | number;

/** A moment in RFC 3339, with whole seconds: `2026-01-31T08:00:00Z`. */
export type Timestamp = string;
