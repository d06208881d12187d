const MAX_NAME_LENGTH = 50;
const MAX_LABEL_LENGTH = 63;
const MAX_ROUTE_LENGTH = 51;
const POD_PREFIX_LENGTH = 50;

/**
 * A name of at most 50 characters that begins with a letter: the last 50 of `name`, with an `r` in place of a leading
 * digit or mark (KubeRay's rule for service accounts, roles, secrets and ingresses).
 */
export function checkName(name: string): string {
  return name.slice(-MAX_NAME_LENGTH).replace(/^[^A-Za-z]/, "r");
}

/**
 * The name of an OpenShift Route, which makes `{name}-{namespace}` the first label of a host: both together get 51
 * characters, of which the name keeps its first (KubeRay rule, which forgets what a cut may leave at the end).
 */
export function checkRouteName(name: string, namespace: string): string {
  const kept = Math.max(1, MAX_ROUTE_LENGTH - namespace.length);
  return checkName(name.slice(0, kept).replace(/[^A-Za-z0-9]+$/, ""));
}

/** A label value of at most 63 characters: the last 63 of `value`, with an `r` in place of a leading mark (KubeRay's rule). */
export function checkLabel(value: string): string {
  return value.slice(-MAX_LABEL_LENGTH).replace(/^[^A-Za-z0-9]/, "r");
}

/**
 * The first 50 characters of `text`, as the beginning of a pod's name (KubeRay's rule). What no host name may hold
 * becomes a hyphen: group names are free text, and KubeRay's pods then fail to be created.
 */
export function podPrefix(text: string): string {
  return text
    .slice(0, POD_PREFIX_LENGTH)
    .toLowerCase()
    .replace(/[^-a-z0-9]/g, "-");
}
