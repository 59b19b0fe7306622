import type { IncomingMessage } from "node:http";
import proxyAddr from "@fastify/proxy-addr";
import ipaddr from "ipaddr.js";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { ApiError } from "./errors.ts";

/** How many requests a client may send. */
export interface RateLimit {
  readonly requests: number;
  /** Counted over so many seconds, from a client's first request on. */
  readonly seconds: number;
}

const FORM = /^([1-9][0-9]{0,8})\/([1-9][0-9]{0,4})$/;
/** Bits of an IPv6 address that a provider assigns to one client. */
const CLIENT_BITS = 64;
const POLICY = '"client"';

/** The limit that a text names as `requests/seconds`; null for `none`, undefined for anything else. */
export function parseRateLimit(text: string): RateLimit | null | undefined {
  if (text === "none") return null;
  const [, requests, seconds] = FORM.exec(text) ?? [];
  return requests === undefined ? undefined : { requests: Number(requests), seconds: Number(seconds) };
}

/** What counting a request led to. */
export interface Counted {
  /** What the answer tells of the limit. */
  readonly headers: Readonly<Record<string, string>>;
  /** Null unless the request is beyond the limit. */
  readonly refusal: ApiError | null;
}

/** Counts a request of whoever sent it. */
export type Limiter = (request: IncomingMessage) => Promise<Counted>;

/**
 * Counts the requests of each client, behind proxies whose word counts too. The headers are those of the IETF's draft
 * "RateLimit header fields for HTTP" (draft-ietf-httpapi-ratelimit-headers-10).
 */
export function createLimiter({ requests, seconds }: RateLimit, trustedProxies: readonly string[] = []): Limiter {
  const limiter = new RateLimiterMemory({ points: requests, duration: seconds });
  const isTrusted = proxyAddr.compile([...trustedProxies]);
  return async (request) => {
    const client = clientOf(proxyAddr(request, isTrusted));
    const state = await limiter.consume(client).catch((refused: unknown) => {
      if (refused instanceof RateLimiterRes) return refused;
      throw refused;
    });
    const retryAfterSeconds = Math.max(1, Math.ceil(state.msBeforeNext / 1000));
    const isRefused = state.consumedPoints > requests;
    const refusal = isRefused
      ? new ApiError("rate-limited", `more than ${requests} requests in ${seconds} s`, { retryAfterSeconds })
      : null;
    const headers = {
      "ratelimit-policy": `${POLICY};q=${requests};w=${seconds}`,
      ratelimit: `${POLICY};r=${state.remainingPoints};t=${retryAfterSeconds}`,
    };
    return { headers, refusal };
  };
}

/** What counts as one client: an IPv4 address, or the network of an IPv6 address. */
export function clientOf(ip: string): string {
  const address = ipaddr.process(ip.split("%", 1)[0] ?? ip);
  if (address.kind() === "ipv4") return address.toString();
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/${CLIENT_BITS}`);
  return `${network.toString()}/${CLIENT_BITS}`;
}
