import { CairnError } from "@cairn/protocol";
import { WEBHOOK_ROUTES, type WebhookRouteName } from "@cairn/rpc";
import type { SdkErrorCode } from "../errors.ts";
import type { Fetch } from "../http.ts";
import type { Method } from "../methods.ts";
import { createRouteCaller, type RouteCallerConfig } from "../route-calls.ts";

/** Settings of {@link createWebhookClient}. */
export interface WebhookClientConfig extends RouteCallerConfig {
  /** The node's `CAIRN_WEBHOOK_TOKEN`. It is for servers: whoever has it decides where messages go. */
  readonly token: string;
}

/** One method for each operation about webhooks. */
export type WebhookMethods = { readonly [Name in WebhookRouteName]: Method<Name> };

/** The webhooks of a node, for its operator. */
export interface WebhookClient extends WebhookMethods {
  readonly url: string;
}

/**
 * The webhooks of the node at `url`. Its methods throw as those of a node's client; what changes something is sent once. Throws
 * `sdk/bad-request` for an unusable URL or token.
 *
 * @example
 * const hooks = createWebhookClient({ url: "http://127.0.0.1:8080", token });
 * const { webhook, secret } = await hooks.createWebhook({ url: "https://shop.example/cairn", types: ["entry.final"] });
 */
export function createWebhookClient(
  { token, ...config }: WebhookClientConfig,
  deps: { readonly fetch?: Fetch } = {},
): WebhookClient {
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new CairnError<SdkErrorCode>("sdk/bad-request", "the token of the webhooks is visible ASCII characters");
  }
  const { base, methods } = createRouteCaller<WebhookRouteName>(WEBHOOK_ROUTES, config, {
    fetch: deps.fetch,
    authorization: `Bearer ${token}`,
  });
  // The table ties each name to its types; a loop over names cannot express that.
  return { ...(methods as unknown as WebhookMethods), url: base };
}
