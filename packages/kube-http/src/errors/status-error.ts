import {
  type FieldCause,
  KubeError,
  type KubeErrorOptions,
  type KubeReason,
  STATUS_CODE,
} from "@heliostat/kube";

/** An answer that says no. */
export interface FailedAnswer {
  readonly code: number;
  readonly body: string;
  /** The `Retry-After` header, in seconds. */
  readonly retryAfter?: string;
}

/** The error that an answer stands for: Kubernetes' own `Status`, or what a proxy or a gateway made up. */
export function statusError(answer: FailedAnswer): KubeError {
  const status = parsedStatus(answer.body);
  const reason = reasonOf(status?.reason, answer.code);
  const message = status?.message || textMessage(answer);
  return new KubeError(reason, message, { ...detailsOf(status), ...retryAfterOf(status, answer) });
}

interface Status {
  readonly kind?: string;
  readonly metadata?: { readonly continue?: string };
  readonly message?: string;
  readonly reason?: string;
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly uid?: string;
    readonly causes?: readonly Partial<FieldCause>[] | null;
    readonly retryAfterSeconds?: number;
  };
}

function parsedStatus(body: string): Status | undefined {
  try {
    const value = JSON.parse(body) as Status | null;
    return value?.kind === "Status" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Reasons that Kubernetes spells otherwise, or tells apart where we do not. */
const OTHER_REASONS: ReadonlyMap<string, KubeReason> = new Map([
  ["InternalError", "Internal"],
  ["ServiceUnavailable", "Unavailable"],
  ["ServerTimeout", "Timeout"],
  ["StoreReadError", "Internal"],
]);

function reasonOf(text: string | undefined, code: number): KubeReason {
  if (text && Object.hasOwn(STATUS_CODE, text)) return text as KubeReason;
  return OTHER_REASONS.get(text ?? "") ?? reasonOfCode(code);
}

/** Where one code has two reasons, the one that promises less. */
const REASON_OF_CODE: Readonly<Record<number, KubeReason>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  408: "Timeout",
  409: "Conflict",
  410: "Gone",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  502: "Unavailable",
  503: "Unavailable",
  504: "Timeout",
};

function reasonOfCode(code: number): KubeReason {
  return REASON_OF_CODE[code] ?? (code >= 500 ? "Internal" : "BadRequest");
}

function detailsOf(status: Status | undefined): KubeErrorOptions {
  const { name, group, kind, uid, causes } = status?.details ?? {};
  const about = {
    ...(name && { name }),
    ...(group && { group }),
    ...(kind && { kind }),
    ...(uid && { uid }),
  };
  const continueToken = status?.metadata?.continue;
  return {
    ...(Object.keys(about).length > 0 && { about }),
    ...(causes && { causes: causes.map(wholeCause) }),
    ...(continueToken && { continueToken }),
  };
}

function wholeCause({ reason = "", message = "", field = "" }: Partial<FieldCause>): FieldCause {
  return { reason, message, field };
}

function retryAfterOf(
  status: Status | undefined,
  { retryAfter = "" }: FailedAnswer,
): Pick<KubeErrorOptions, "retryAfterSeconds"> {
  const told = status?.details?.retryAfterSeconds;
  if (told !== undefined && told > 0) return { retryAfterSeconds: told };
  return /^\d+$/.test(retryAfter) ? { retryAfterSeconds: Number(retryAfter) } : {};
}

/** Enough of a page to know whose it is. */
const TEXT_LENGTH = 200;

function textMessage({ code, body }: FailedAnswer): string {
  const text = body.trim().slice(0, TEXT_LENGTH);
  return text === "" ? `the server answered ${code}` : `the server answered ${code}: ${text}`;
}
