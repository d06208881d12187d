import { create } from "@bufbuild/protobuf";
import type { SecurityContext as ContainerSecurity } from "@heliostat/kube";
import { type SecurityContext, SecurityContextSchema } from "@heliostat/proto";

/** A container's security context; `{}` asks for no capabilities, but is still there (KubeRay rule). */
export function securityContext(context: SecurityContext | undefined): {
  readonly securityContext?: ContainerSecurity;
} {
  if (!context) return {};
  const { add = [], drop = [] } = context.capabilities ?? {};
  return {
    securityContext: {
      capabilities: { ...(add.length > 0 && { add: [...add] }), ...(drop.length > 0 && { drop: [...drop] }) },
      ...(context.privileged !== undefined && { privileged: context.privileged }),
    },
  };
}

/** The reverse of {@link securityContext}. */
export function securityContextMessage(context: ContainerSecurity | undefined): SecurityContext | undefined {
  if (!context) return undefined;
  const { capabilities, privileged } = context;
  return create(SecurityContextSchema, {
    ...(capabilities && {
      capabilities: { add: [...(capabilities.add ?? [])], drop: [...(capabilities.drop ?? [])] },
    }),
    ...(privileged !== undefined && { privileged }),
  });
}
