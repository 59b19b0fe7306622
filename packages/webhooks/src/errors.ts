/**
 * Errors thrown by this package. No retry of the same request helps: the node sends each message again by itself.
 *
 * - `webhooks/bad-secret`: the secret is not `whsec_` and base64 of 24 to 64 bytes.
 * - `webhooks/bad-signature`: a header is missing or malformed, or no signature is of the secret: answer with 401.
 * - `webhooks/wrong-time`: it was signed too long ago, or in the future: an old message sent by somebody else, or a clock
 *   is wrong.
 * - `webhooks/bad-message`: the signature is right, but the body is not a message of this version.
 */
export type WebhooksErrorCode =
  | "webhooks/bad-secret"
  | "webhooks/bad-signature"
  | "webhooks/wrong-time"
  | "webhooks/bad-message";
