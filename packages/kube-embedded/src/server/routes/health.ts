import { type Reply, textReply } from "../http/exchange.ts";
import { booleanParameter } from "../http/query.ts";

const HEALTH_PATHS = ["/healthz", "/livez", "/readyz"];

/**
 * Whether we are well: open to everyone, as load balancers and scripts ask without credentials. Who can be answered
 * at all is answered by a server that is ready: it listens only then.
 */
export function answerHealth(path: string, query: URLSearchParams): Reply | undefined {
  const name = HEALTH_PATHS.find((each) => path === each || path === `${each}/ping`);
  if (!name) return undefined;
  const isVerbose = query.has("verbose") && booleanParameter(query, "verbose");
  return textReply(isVerbose ? `[+]ping ok\n${name.slice(1)} check passed\n` : "ok");
}
