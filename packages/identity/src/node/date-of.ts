/** `jose` takes the present as a Date. */
export function dateOf(epochMs: number): Date {
  return new Date(epochMs);
}
