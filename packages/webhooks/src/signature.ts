import { CairnError } from "@cairn/protocol";
import { base64ToBytes, bytesToBase64 } from "./base64.ts";
import type { WebhooksErrorCode } from "./errors.ts";

/** What a signature is of: the three parts of a message, each as it is sent. */
export interface SignedParts {
  /** Header `webhook-id`. */
  readonly id: string;
  /** Header `webhook-timestamp`, in seconds. */
  readonly timestamp: number;
  /** The body, byte by byte. */
  readonly body: string;
}

const PREFIX = "whsec_";
const VERSION = "v1";
/** Signatures of a message that are checked: a sender has one for each secret, and a stranger any number. */
const MAX_SIGNATURES = 8;
const MAC_BYTES = 32;
const [FEWEST_BYTES, MOST_BYTES] = [24, 64];
const HMAC = { name: "HMAC", hash: "SHA-256" } as const;

/** A secret as text: `whsec_` and base64, the form of Standard Webhooks. */
export function secretToText(secret: Uint8Array): string {
  return PREFIX + bytesToBase64(secret);
}

/**
 * The header `webhook-signature` of a message, one signature for each secret. Throws `webhooks/bad-secret`.
 *
 * @example
 * const signature = await signWebhook({ id: "msg_1", timestamp: 1764500000, body }, [secret]);
 */
export async function signWebhook(parts: SignedParts, secrets: readonly string[]): Promise<string> {
  const signatures = await Promise.all(
    secrets.map(async (secret) => {
      const mac = await crypto.subtle.sign(HMAC.name, await importSecret(secret), contentOf(parts));
      return `${VERSION},${bytesToBase64(new Uint8Array(mac))}`;
    }),
  );
  return signatures.join(" ");
}

/** Whether one of the signatures in a header is of one of the secrets. Throws `webhooks/bad-secret`. */
export async function isSignedBy(parts: SignedParts, header: string, secrets: readonly string[]): Promise<boolean> {
  const keys = await Promise.all(secrets.map(importSecret));
  const content = contentOf(parts);
  const macs = header.split(" ").flatMap((one) => {
    const [version, mac] = one.split(",", 2);
    const bytes = version === VERSION && mac !== undefined ? base64ToBytes(mac) : null;
    return bytes?.length === MAC_BYTES ? [bytes] : [];
  });
  // WebCrypto compares in constant time.
  const checks = macs
    .slice(0, MAX_SIGNATURES)
    .flatMap((mac) => keys.map((key) => crypto.subtle.verify(HMAC.name, key, mac, content)));
  return (await Promise.all(checks)).includes(true);
}

async function importSecret(secret: string) {
  const bytes = secret.startsWith(PREFIX) ? base64ToBytes(secret.slice(PREFIX.length)) : null;
  if (bytes === null || bytes.length < FEWEST_BYTES || bytes.length > MOST_BYTES) {
    throw new CairnError<WebhooksErrorCode>(
      "webhooks/bad-secret",
      `a secret is ${PREFIX} and base64 of 24 to 64 bytes`,
    );
  }
  return crypto.subtle.importKey("raw", bytes, HMAC, false, ["sign", "verify"]);
}

function contentOf({ id, timestamp, body }: SignedParts): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${id}.${timestamp}.${body}`);
}
