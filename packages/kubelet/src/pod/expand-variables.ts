/** Values by name, as `$(NAME)` finds them. */
export type Variables = Readonly<Record<string, string>>;

/** A doubled dollar, or `$(NAME)`. */
const REFERENCE = /\$(?:\$|\(([^)]*)\))/g;

/**
 * `text` with each `$(NAME)` replaced. A name that is not known stays as it is written, and `$$` gives `$`, so that
 * `$$(NAME)` escapes a reference (Kubernetes: command, args and env of a container).
 */
export function expandVariables(text: string, variables: Variables): string {
  return text.replaceAll(REFERENCE, (written: string, name: string | undefined) => {
    if (name === undefined) return "$";
    return Object.hasOwn(variables, name) ? (variables[name] ?? written) : written;
  });
}
