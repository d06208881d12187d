/** Who says who calls, as a flag has it: `domino`, `kubernetes`, `static=FILE`. */
export type IdentityChoice =
  | { readonly provider: "domino" | "kubernetes" }
  | { readonly provider: "static"; readonly file: string };

/** `undefined` for a text that is no choice. */
export function identityChoice(text: string): IdentityChoice | undefined {
  if (text === "domino" || text === "kubernetes") return { provider: text };
  const file = /^static=(.+)$/.exec(text)?.[1];
  return file === undefined ? undefined : { provider: "static", file };
}
