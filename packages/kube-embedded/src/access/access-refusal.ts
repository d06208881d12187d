import { groupResource, KubeError } from "@heliostat/kube";
import type { AccessAttributes } from "./authorizer.ts";

/** That somebody may not do something, in Kubernetes' words: clients and people match these texts. */
export function accessRefusal({ user, verb, path, resource }: AccessAttributes): KubeError {
  if (!resource) {
    return new KubeError(
      "Forbidden",
      harmless(`forbidden: User "${user.name}" cannot ${verb} path "${path}"`),
    );
  }
  const { group, plural, subresource, namespace, name } = resource;
  const what = subresource === undefined ? plural : `${plural}/${subresource}`;
  const where = namespace === undefined ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const subject = [groupResource({ group, plural }), ...(name ? [`"${name}"`] : [])].join(" ");
  const message = `${subject} is forbidden: User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}" ${where}`;
  return new KubeError("Forbidden", harmless(message), {
    about: { group, kind: plural, ...(name && { name }) },
  });
}

/** The message repeats what the caller sent: it must not become markup in somebody's browser (Kubernetes rule). */
function harmless(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
