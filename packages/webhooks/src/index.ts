export type { WebhookMessage, WebhookType } from "@cairn/rpc";
export type { WebhooksErrorCode } from "./errors.ts";
export {
  type ReceivedWebhook,
  type ReceiveOptions,
  receiveWebhook,
  type WebhookHeaders,
  type WebhookRequest,
} from "./receive.ts";
export { type SignedParts, secretToText, signWebhook } from "./signature.ts";
