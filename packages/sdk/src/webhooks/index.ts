export type { Webhook, WebhookMessage, WebhookType } from "@cairn/rpc";
export { createWebhookClient, type WebhookClient, type WebhookClientConfig, type WebhookMethods } from "./client.ts";
