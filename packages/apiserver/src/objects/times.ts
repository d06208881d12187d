import { fromJson } from "@bufbuild/protobuf";
import { type Timestamp, TimestampSchema, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { epochMsOf, timestamp } from "@heliostat/kube";

/** A moment as Go prints it in UTC, which is how KubeRay's server writes it: `2026-08-19 10:11:12.5 +0000 UTC`. */
export function goTimeText(epochMs: number): string {
  const wholeSeconds = timestamp(epochMs).slice(0, -1).replace("T", " ");
  const fraction = String(epochMs % 1000)
    .padStart(3, "0")
    .replace(/0+$/, "");
  return `${wholeSeconds}${fraction === "" ? "" : `.${fraction}`} +0000 UTC`;
}

/** A Kubernetes time as protobuf has it, to the nanosecond; `undefined` when it is none. */
export function protoTime(text: string | undefined): Timestamp | undefined {
  if (text === undefined) return undefined;
  try {
    return fromJson(TimestampSchema, text);
  } catch {
    return undefined;
  }
}

/** The same with whole seconds, as events are told. */
export function protoSeconds(text: string | undefined): Timestamp | undefined {
  const epochMs = text === undefined ? undefined : epochMsOf(text);
  return epochMs === undefined ? undefined : timestampFromMs(Math.floor(epochMs / 1000) * 1000);
}
