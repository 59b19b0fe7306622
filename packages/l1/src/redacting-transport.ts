import { createRedactor, redactError, redactUrl } from "@cairn/protocol";
import { http, type Transport } from "viem";

/** How requests are sent. */
export interface TransportOptions {
  /** Time after which a request counts as failed; 10,000 by default. */
  readonly timeoutMs?: number;
  /** Retries of a failed request; 3 by default. */
  readonly retryCount?: number;
}

/**
 * JSON-RPC over HTTP whose errors do not reveal the URL's secrets: the library writes the URL into messages, details,
 * stacks and causes, and a server may repeat it in its answer.
 *
 * Event requests are not repeated here: their reader retries with a narrower range.
 *
 * @example const client = createClient({ transport: redactingHttp("https://l1.example/v1/KEY") });
 */
export function redactingHttp(rpcUrl: string, { timeoutMs, retryCount }: TransportOptions = {}): Transport {
  const redact = createRedactor(rpcUrl);
  const transport = http(rpcUrl, {
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    ...(retryCount === undefined ? {} : { retryCount }),
  });
  return (parameters) => {
    const inner = transport(parameters);
    const request: typeof inner.request = async (call, options) => {
      const once = call.method === "eth_getLogs" ? { ...options, retryCount: 0 } : options;
      try {
        return await inner.request(call, once);
      } catch (error) {
        throw redactError(error, redact);
      }
    };
    return { ...inner, request, value: { ...inner.value, url: redactUrl(rpcUrl) } };
  };
}
