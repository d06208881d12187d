/** Who says who calls, as a flag has it: `domino`, `kubernetes`, `oidc`, `static=FILE`. */
export type ScalerIdentityChoice =
  | { readonly provider: "domino" | "kubernetes" | "oidc" }
  | { readonly provider: "static"; readonly file: string };

/** `undefined` for a text that is no choice. */
export function scalerIdentityChoice(text: string): ScalerIdentityChoice | undefined {
  if (text === "domino" || text === "kubernetes" || text === "oidc") return { provider: text };
  const file = /^static=(.+)$/.exec(text)?.[1];
  return file === undefined ? undefined : { provider: "static", file };
}
