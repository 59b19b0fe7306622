import { openApiDocument, ROUTES, type RouteDefinition, type RouteName, STREAM_PATH, WEBHOOK_ROUTES } from "@cairn/rpc";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { Counter, Histogram, type Registry } from "prom-client";
import manifest from "../../package.json" with { type: "json" };
import type { NodeConfig } from "../config/config.ts";
import type { Secret } from "../config/setting.ts";
import { crashPoint } from "../crash-points.ts";
import { requireBearer } from "./bearer.ts";
import { ApiError, requestError } from "./errors.ts";
import type { Handlers, WebhookHandlers } from "./handlers.ts";
import { createHttpApp } from "./http.ts";
import type { PageOrigins } from "./origins.ts";
import { loadPages, type Pages, servePages } from "./pages.ts";
import { assertKnownParameters, parse } from "./parameters.ts";
import { createLimiter, type RateLimit } from "./rate-limit.ts";
import type { Stream } from "./stream.ts";
import { limitUpgrades } from "./upgrades.ts";

/** Where and how the API listens. */
export interface ApiSettings {
  readonly host: string;
  readonly port: number;
  readonly maxBodyBytes: number;
  readonly maxConnections: number;
  /** Time a client may take to send a request. */
  readonly requestTimeoutMs: number;
  readonly version: string;
  /** Whose web pages may read the answers. */
  readonly pageOrigins: PageOrigins;
  /** How many requests a client may send; null for any number. */
  readonly rateLimit: RateLimit | null;
  readonly trustedProxies: readonly string[];
  /** Served at the root; null for none. */
  readonly pages: Pages | null;
}

/** Version that the API reports. */
export const NODE_VERSION: string = manifest.version;

/** How a node's API listens. Throws `node/bad-config` when its pages cannot be read. */
export function apiSettings(config: NodeConfig, port: number): ApiSettings {
  const { host, maxBodyBytes, maxConnections, requestTimeoutMs, pageOrigins, trustedProxies } = config;
  // Without the role, whoever asks is an API in another process, which limits its clients itself.
  const isPublic = config.roles.includes("api");
  const { webDir, webL1Url: l1Url, rollup, chainId } = config;
  return {
    host,
    port,
    maxBodyBytes,
    maxConnections,
    requestTimeoutMs,
    pageOrigins,
    rateLimit: isPublic ? config.rateLimit : null,
    trustedProxies,
    version: NODE_VERSION,
    pages: isPublic && webDir !== undefined ? loadPages(webDir, { rollup, chainId, l1Url }) : null,
  };
}

/** Connections that may wait to be accepted; the system refuses more when many come at once. */
const BACKLOG = 4096;

/** A listening server. */
export interface ListeningServer {
  /** Address with the port in use. */
  readonly url: () => string;
  readonly start: () => Promise<void>;
  /** Finishes pending requests and closes. */
  readonly stop: () => Promise<void>;
}

/** The operations about webhooks, and who may call them. */
export interface WebhookOperations {
  readonly handlers: WebhookHandlers;
  /** Bearer token; undefined when nobody may. */
  readonly token: Secret | undefined;
}

/** The HTTP API: every route of `@cairn/rpc`, its OpenAPI document, and the stream. */
export function createApiServer(
  settings: ApiSettings,
  deps: {
    readonly handlers: Handlers;
    /** For the operator alone. */
    readonly webhooks: WebhookOperations;
    /** Throws when no submission would be accepted now, so that refusing costs next to nothing. */
    readonly assertTaking: () => void;
    readonly stream: Stream;
    readonly logger: Logger;
    readonly registry: Registry;
  },
): ListeningServer {
  const seconds = new Histogram({
    name: "cairn_http_request_seconds",
    help: "Time to answer a request",
    labelNames: ["route", "status"],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers: [deps.registry],
  });
  const failures = new Counter({
    name: "cairn_http_failures_total",
    help: "Requests that failed unexpectedly",
    registers: [deps.registry],
  });
  const { rateLimit, trustedProxies } = settings;
  const limiter = rateLimit && createLimiter(rateLimit, trustedProxies);
  const app = createHttpApp({
    bodyLimit: settings.maxBodyBytes,
    requestTimeoutMs: settings.requestTimeoutMs,
    forceCloseConnections: "idle",
    pageOrigins: settings.pageOrigins,
    limiter,
    trustedProxies,
    hasErrorPages: true,
    onFailure: (error, request) => {
      failures.inc();
      deps.logger.error({ err: error, route: request.url }, "request failed");
    },
  });
  app.server.maxConnections = settings.maxConnections;
  app.server.on("upgrade", limitUpgrades(limiter, deps.stream.upgrade));
  app.addHook("onResponse", (request, reply, done) => {
    const route = request.routeOptions.url ?? "unknown";
    seconds.observe({ route, status: reply.statusCode }, reply.elapsedTime / 1000);
    if (route === ROUTES.submit.path && reply.statusCode === 200) crashPoint("acknowledged");
    done();
  });
  for (const name of routeNames()) {
    addRoute(app, ROUTES[name], handlerOf(deps.handlers, name), {
      name,
      admit: name === "submit" ? deps.assertTaking : () => undefined,
    });
  }
  const isOperator = bearerOf(deps.webhooks.token);
  for (const [name, route] of Object.entries<RouteDefinition>(WEBHOOK_ROUTES)) {
    addRoute(app, route, handlerOf(deps.webhooks.handlers, name), { name, admit: isOperator });
  }
  if (settings.pages !== null) servePages(app, settings.pages);
  const document = openApiDocument(settings.version);
  app.get("/openapi.json", () => document);
  app.get(STREAM_PATH, (_request, reply) => {
    reply.header("upgrade", "websocket");
    throw requestError(426);
  });
  return listening(app, settings);
}

/** Start and stop of an HTTP application. */
export function listening(
  app: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
): ListeningServer {
  let url = "";
  return {
    url: () => url,
    start: async () => {
      url = await app.listen({ host, port, backlog: BACKLOG });
    },
    stop: () => app.close(),
  };
}

/** A table ties each name to its handler's types; a loop over names cannot express that. */
function handlerOf(handlers: object, name: string): (request: object) => Promise<object> {
  return Reflect.get(handlers, name);
}

/** Throws for whoever does not have the token. */
function bearerOf(token: Secret | undefined): (request: FastifyRequest) => void {
  if (token !== undefined) return requireBearer(token.reveal(), "the token of the webhooks is missing or wrong");
  return () => {
    throw new ApiError("unauthorized", "webhooks are off: the node's operator has set no CAIRN_WEBHOOK_TOKEN");
  };
}

function addRoute(
  app: FastifyInstance,
  route: RouteDefinition,
  handle: (request: object) => Promise<object>,
  {
    name,
    admit,
  }: {
    readonly name: string;
    /** Throws for a request that is not taken, before anything in it is read. */
    readonly admit: (request: FastifyRequest) => void;
  },
): void {
  app.route({
    method: route.method,
    url: route.path,
    onRequest: (request, _reply, done) => {
      admit(request);
      done();
    },
    handler: async (request, reply) => {
      if (route.errors.includes("bad-request")) assertKnownParameters(route.query, request.query);
      const parsed = {
        params: route.params && parse(route.params, request.params, "params"),
        query: route.query && parse(route.query, request.query, "query"),
        headers: route.headers && parse(route.headers, request.headers, "headers"),
        body: route.body && parse(route.body, request.body, "body"),
      };
      const result = await handle(parsed);
      if (name === "ready" && "isReady" in result && result.isReady !== true) reply.code(503);
      return result;
    },
  });
}

function routeNames(): RouteName[] {
  return Object.keys(ROUTES).filter((name): name is RouteName => name in ROUTES);
}
