import type { ScalePlan } from "@heliostat/engines";
import type { KubeObject } from "@heliostat/kube";

/** What an accepted scaling was about. Nothing in it is a secret, and nothing is allowed by it. */
export interface ProgressSubject {
  readonly uid: string;
  readonly group: string;
  readonly replicas: number;
  readonly mode: string;
}

/** Hand it back to learn how far the scaling is. */
export function progressToken({ metadata }: KubeObject, { group, effective, mode }: ScalePlan): string {
  return Buffer.from(JSON.stringify([metadata.uid, group, effective, mode])).toString("base64url");
}

const MAX_LENGTH = 1024;

/** `undefined` for a text that is no token. */
export function progressSubject(token: string): ProgressSubject | undefined {
  if (token.length > MAX_LENGTH) return undefined;
  try {
    const [uid, group, replicas, mode, ...rest] = JSON.parse(
      Buffer.from(token, "base64url").toString(),
    ) as unknown[];
    const areTexts = [uid, group, mode].every((each) => typeof each === "string");
    if (!areTexts || !Number.isInteger(replicas) || rest.length > 0) return undefined;
    return { uid, group, replicas, mode } as ProgressSubject;
  } catch {
    return undefined;
  }
}
