import { clientOf } from "@cairn/node";
import { isCairnError } from "@cairn/protocol";
import { apiErrorOf, type Sponsor, sponsorTermsToJson } from "@cairn/sdk";
import { type FastifyInstance, fastify } from "fastify";

/** A payment has a few hundred bytes. */
const MAX_BODY_BYTES = 16_384;
const REQUEST_TIMEOUT_MS = 10_000;
const MALFORMED = 400;
const REFUSED = 422;
const LATER = 429;
const BROKEN = 502;

/** What the service needs besides a sponsor. */
export interface SponsorServerOptions {
  /** Addresses and networks of proxies, whose word on where a request comes from counts. */
  readonly trustedProxies: readonly string[];
  /** Called with each payment that was submitted, and with each failure that is not the client's. */
  readonly onPaid: (payment: { readonly id: string; readonly client: string; readonly status: string }) => void;
  readonly onFailure: (error: unknown) => void;
}

/**
 * The HTTP service of a sponsor: `GET /v1/terms`, and `POST /v1/payments` with a signed payment as JSON. Answers pages of any
 * origin. Not listening yet.
 */
export function createSponsorServer(sponsor: Sponsor, options: SponsorServerOptions): FastifyInstance {
  const { trustedProxies, onPaid, onFailure } = options;
  const app = fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    ...(trustedProxies.length === 0 ? {} : { trustProxy: [...trustedProxies] }),
  });
  app.addHook("onRequest", (_request, reply, done) => {
    reply.header("access-control-allow-origin", "*").header("access-control-expose-headers", "retry-after");
    done();
  });
  app.options("/*", (_request, reply) =>
    reply
      .header("access-control-allow-methods", "GET, POST, OPTIONS")
      .header("access-control-allow-headers", "content-type")
      .code(204)
      .send(),
  );
  app.get("/v1/terms", async () => sponsorTermsToJson(await sponsor.terms()));
  app.post("/v1/payments", async ({ body, ip }) => {
    const client = clientOf(ip);
    const paid = await sponsor.pay(body as Parameters<Sponsor["pay"]>[0], client);
    onPaid({ id: paid.id, client, status: paid.status });
    return paid;
  });
  app.setErrorHandler((error, _request, reply) => {
    const shown = shownError(error);
    if (shown.status >= BROKEN) onFailure(error);
    const { retryAfterSeconds } = shown.details;
    if (typeof retryAfterSeconds === "number") reply.header("retry-after", String(retryAfterSeconds));
    const { code, message, details } = shown;
    return reply.code(shown.status).send({ error: { code, message, details } });
  });
  return app;
}

interface ShownError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What a client learns; of failures that are not its own nothing but that they happened. */
function shownError(error: unknown): ShownError {
  if (isCairnError(error, "sdk/not-sponsored")) {
    const status = "retryAfterSeconds" in error.details ? LATER : REFUSED;
    return { status, code: error.code, message: error.message, details: error.details };
  }
  const refusal = apiErrorOf(error);
  if (refusal?.code === "rejected") {
    const message = error instanceof Error ? error.message : "the payment cannot run";
    return { status: REFUSED, code: "rejected", message, details: { ...refusal.details } };
  }
  const status =
    typeof error === "object" && error !== null && "statusCode" in error ? Number(error.statusCode) : BROKEN;
  if (status >= MALFORMED && status < 500) {
    return { status, code: "bad-request", message: "the request is malformed", details: {} };
  }
  const message = "the payment may have been submitted: ask again with the same one";
  return { status: BROKEN, code: "unavailable", message, details: {} };
}
