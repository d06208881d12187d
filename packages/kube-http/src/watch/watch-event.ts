import { KubeError, type KubeObject, type WatchEvent } from "@heliostat/kube";

interface WireEvent {
  readonly type?: string;
  readonly object?: KubeObject & { readonly code?: number; readonly message?: string };
}

/** One line of a watch. @throws KubeError `Internal` when it is no event */
export function watchEvent<T extends KubeObject>(line: string): WatchEvent<T> {
  const { type, object } = parsedEvent(line);
  if (typeof object !== "object" || object === null) throw unreadable(line);
  switch (type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type, object: object as T };
    case "BOOKMARK":
      return { type, resourceVersion: object.metadata?.resourceVersion ?? "" };
    case "ERROR":
      return { type, code: object.code ?? 500, message: object.message ?? "" };
    default:
      throw unreadable(line);
  }
}

function parsedEvent(line: string): WireEvent {
  try {
    return JSON.parse(line) as WireEvent;
  } catch (cause) {
    throw unreadable(line, cause);
  }
}

/** Objects may be secrets: of what cannot be read only the beginning is shown. */
function unreadable(line: string, cause?: unknown): KubeError {
  return new KubeError(
    "Internal",
    `Cannot read a watch event that begins with ${JSON.stringify(line.slice(0, 20))}`,
    {
      cause,
    },
  );
}
