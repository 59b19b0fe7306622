import { maxHeaderSize, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { IDEMPOTENCY_HEADER } from "@cairn/rpc";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { linkErrorPage, serveErrorPages } from "./error-pages.ts";
import { ApiError, requestError, toApiError } from "./errors.ts";
import { allowedOrigin, type PageOrigins } from "./origins.ts";
import type { Limiter } from "./rate-limit.ts";

/** Options of an HTTP application. */
export interface HttpOptions {
  readonly forceCloseConnections: boolean | "idle";
  readonly bodyLimit?: number;
  /** Time a client may take to send a request. */
  readonly requestTimeoutMs?: number;
  /** Whose web pages may read the answers: for APIs without cookies. Nobody's by default. */
  readonly pageOrigins?: PageOrigins;
  /** Counts requests and refuses those of whoever sends too many; nothing does by default. */
  readonly limiter?: Limiter | null;
  /** Addresses and networks of proxies, whose word on where a request comes from counts. */
  readonly trustedProxies?: readonly string[];
  /** Throws for a request that is not allowed, before anything else in it is examined. */
  readonly authorise?: (request: FastifyRequest) => void;
  /** Whether failures lead to their pages, which are served too; no by default. */
  readonly hasErrorPages?: boolean;
  /** Called with every unexpected failure. */
  readonly onFailure?: (error: unknown, request: FastifyRequest) => void;
}

const MAX_CHECKING_MS = 5000;
const KEEP_ALIVE_MS = 65_000;
const MAX_PARAM_LENGTH = 128;
/** Time for a client to read why its connection is closed. */
const LINGER_MS = 1000;
const PREFLIGHT_SECONDS = "86400";

/**
 * An HTTP application whose every failure, including invalid HTTP, unknown operations and unknown methods, comes from
 * the error table. Answers OPTIONS, and HEAD as GET.
 */
export function createHttpApp(options: HttpOptions): FastifyInstance {
  const { bodyLimit, requestTimeoutMs, pageOrigins = "none", limiter = null, trustedProxies = [] } = options;
  const fail = (reply: FastifyReply, error: ApiError): FastifyReply =>
    answer(options.hasErrorPages === true ? linkErrorPage(reply, error) : reply, error);
  /** Throws for a request beyond the limit. */
  const count = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const counted = await limiter?.(request.raw);
    if (counted === undefined) return;
    reply.headers(counted.headers);
    if (counted.refusal !== null) throw counted.refusal;
  };
  const app = fastify({
    ...(bodyLimit === undefined ? {} : { bodyLimit }),
    ...(requestTimeoutMs === undefined ? {} : { requestTimeout: requestTimeoutMs }),
    ...(trustedProxies.length === 0 ? {} : { trustProxy: [...trustedProxies] }),
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: options.forceCloseConnections,
    // Requests during closing are answered as usual, or refused by whoever is stopping.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // No hook sees these.
    frameworkErrors: (error, request, reply) => {
      allowPage(pageOrigins, request, reply);
      count(request, reply).then(
        () => fail(reply, toApiError(error)),
        (refusal: unknown) => fail(reply, toApiError(refusal)),
      );
    },
    clientErrorHandler: refuseConnection,
    http: {
      // How often Node looks for requests that take too long; by default only every 30 seconds.
      ...(requestTimeoutMs === undefined
        ? {}
        : { connectionsCheckingInterval: Math.min(MAX_CHECKING_MS, requestTimeoutMs / 2) }),
      // Otherwise Node answers by itself, without a body.
      requireHostHeader: false,
      // An upgrade to another protocol is an offer: the request is answered as if it were not there.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === "websocket",
    },
  });
  app.removeContentTypeParser("text/plain");
  // Node would answer 417 by itself; an expectation may be ignored.
  app.server.on("checkExpectation", (request, response) => app.server.emit("request", request, response));
  const methods = new Map<string, { readonly pattern: RegExp; readonly names: Set<string> }>();
  app.addHook("onRoute", ({ url, method }) => {
    const entry = methods.get(url) ?? { pattern: pathPattern(url), names: new Set() };
    for (const name of [method].flat()) entry.names.add(name);
    methods.set(url, entry);
  });
  const methodsOf = (path: string): string[] => {
    const [, entry] = [...methods].find(([, { pattern }]) => pattern.test(path)) ?? [];
    return entry === undefined ? [] : [...entry.names, "OPTIONS"].sort();
  };
  app.addHook("onRequest", (request, reply, done) => {
    allowPage(pageOrigins, request, reply);
    done();
  });
  if (limiter !== null) app.addHook("onRequest", count);
  app.addHook("onRequest", (request, reply, done) => {
    const isAllowed = allowPage(pageOrigins, request, reply);
    options.authorise?.(request);
    if (request.raw.httpVersion === "1.1" && request.headers.host === undefined) throw requestError(400);
    if (!request.is404) return done();
    const [path = ""] = request.url.split(/[?#]/, 1);
    const allowed = methodsOf(path);
    if (allowed.length === 0) throw requestError(404);
    reply.header("allow", allowed.join(", "));
    if (request.method !== "OPTIONS")
      throw new ApiError("method-not-allowed", `${request.method} is not a method of this path`);
    if (isAllowed) {
      reply.header("access-control-allow-methods", allowed.join(", "));
      reply
        .header("access-control-allow-headers", `content-type, ${IDEMPOTENCY_HEADER}`)
        .header("access-control-max-age", PREFLIGHT_SECONDS);
    }
    reply.code(204).send();
  });
  app.setNotFoundHandler((_request, reply) => fail(reply, requestError(404)));
  app.setErrorHandler((error, request, reply) => {
    const shown = toApiError(error);
    if (shown.code === "internal") options.onFailure?.(error, request);
    return fail(reply, shown);
  });
  if (options.hasErrorPages === true) serveErrorPages(app);
  return app;
}

/** Sends a failure. It says when to come back only where something tells: a guess would be taken for a promise. */
function answer(reply: FastifyReply, error: ApiError): FastifyReply {
  return reply.headers(comeBack(error)).code(error.status).send(error.toBody());
}

function comeBack({ details }: ApiError): Readonly<Record<string, string>> {
  const seconds = details?.retryAfterSeconds;
  return typeof seconds === "number" && seconds > 0 ? { "retry-after": String(Math.ceil(seconds)) } : {};
}

/** A failure as a complete HTTP answer that ends the connection, for when no application can answer. */
export function rawAnswer(error: ApiError, headers: Readonly<Record<string, string>> = {}): string {
  const body = JSON.stringify(error.toBody());
  const head = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? "Error"}`,
    "connection: close",
    "content-type: application/json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    ...headerLines({ ...headers, ...comeBack(error) }),
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

/** Headers as they are sent. */
export function headerLines(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
}

/** Lets the page that asks read the answer, if it may. */
function allowPage(rule: PageOrigins, { headers }: FastifyRequest, reply: FastifyReply): boolean {
  if (rule === "none") return false;
  if (rule !== "*") reply.header("vary", "origin");
  const allowed = allowedOrigin(rule, headers.origin);
  if (allowed === null) return false;
  reply
    .header("access-control-allow-origin", allowed)
    .header("access-control-expose-headers", "retry-after, allow, link, ratelimit, ratelimit-policy");
  return true;
}

function pathPattern(url: string): RegExp {
  const parts = url.split("/").map((part) => (part.startsWith(":") ? "[^/]+" : part.replaceAll(/[^\w-]/g, "\\$&")));
  return new RegExp(`^${parts.join("/")}$`);
}

/** Errors of the HTTP parser and their status; everything else is a bad request. */
const PARSER_ERRORS: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
};

/** With the pending answer, which Node keeps there. */
type HttpSocket = Socket & { readonly _httpMessage?: { readonly headersSent?: boolean } | null };

/** Answers a connection that received something other than a request. */
function refuseConnection(error: { readonly code: string; readonly rawPacket: unknown }, socket: HttpSocket): void {
  const { code, rawPacket } = error;
  const isAnswering = socket._httpMessage?.headersSent === true;
  if (socket.destroyed || !socket.writable || code === "ECONNRESET" || isAnswering) {
    socket.destroy();
    return;
  }
  const status = PARSER_ERRORS[code] ?? 400;
  // If the request line alone is too long, it is what overflowed.
  const isLine = status === 431 && Buffer.isBuffer(rawPacket) && isRequestLine(rawPacket);
  socket.end(rawAnswer(requestError(isLine ? 414 : status)));
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

function isRequestLine(packet: Buffer): boolean {
  const end = packet.indexOf("\r\n");
  return /^[A-Z]+ /.test(packet.toString("latin1", 0, 16)) && (end < 0 || end > maxHeaderSize);
}
