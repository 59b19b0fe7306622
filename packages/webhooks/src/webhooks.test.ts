import { webhookMessageSchema } from "@cairn/rpc";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, it, vi } from "vitest";
import { receiveWebhook, secretToText, signWebhook, type WebhookRequest } from "./index.ts";

const SECRET = secretToText(new Uint8Array(32).fill(7));
const OTHER = secretToText(new Uint8Array(32).fill(8));
const SECONDS = 1_764_500_000;
const MESSAGE = {
  type: "block.sealed",
  timestamp: "2026-11-30T10:00:00.000Z",
  webhook: `wh_${"5".repeat(32)}`,
  chainId: 31337,
  rollup: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
  data: { type: "block", cursor: "abc", atMs: 5, number: 12, status: "sealed" },
  requests: [],
};
const BODY = JSON.stringify(MESSAGE);

/** A request as a node sends it. */
async function sent(change: { id?: string; timestamp?: number; body?: string; secrets?: string[] } = {}) {
  const { id = "msg_1", timestamp = SECONDS, body = BODY, secrets = [SECRET] } = change;
  const signature = await signWebhook({ id, timestamp, body }, secrets);
  const headers: Record<string, string> = {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signature,
  };
  return { headers, body };
}
const receive = (request: WebhookRequest, secret: string | readonly string[] = SECRET, seconds = SECONDS) =>
  receiveWebhook(request, { secret, nowMs: () => seconds * 1000 });

describe("a message to a webhook", () => {
  it("is accepted with the signature of its secret, from any kind of headers, as text or bytes", async () => {
    const request = await sent();
    const expected = { id: "msg_1", message: webhookMessageSchema.parse(MESSAGE) };
    expect(await receive(request)).toEqual(expected);
    const bytes = new TextEncoder().encode(request.body);
    expect(await receive({ ...request, headers: new Headers(request.headers) })).toEqual(expected);
    expect(await receive({ ...request, body: bytes })).toEqual(expected);
  });

  it("is signed as Standard Webhooks describes it, by the words of its own library", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "binary" }),
        fc.uint8Array({ minLength: 24, maxLength: 64 }),
        async (text, key) => {
          const body = JSON.stringify({ text });
          const secret = secretToText(key);
          const timestamp = Math.floor(Date.now() / 1000);
          const { headers } = await sent({ body, timestamp, secrets: [secret] });
          expect(new Webhook(secret).verify(body, headers)).toEqual({ text });
          expect(headers["webhook-signature"]).toBe(
            new Webhook(secret).sign("msg_1", new Date(timestamp * 1000), body),
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  it("costs strangers' requests no more than a few checks, however many signatures they carry", async () => {
    const checks = vi.spyOn(crypto.subtle, "verify");
    const { headers, body } = await sent();
    for (const one of ["v1,", `v1,${"A".repeat(43)}=`]) {
      const many = { ...headers, "webhook-signature": Array.from({ length: 4000 }, () => one).join(" ") };
      await expect(receive({ headers: many, body })).rejects.toMatchObject({ code: "webhooks/bad-signature" });
    }
    expect(checks.mock.calls.length).toBeLessThan(20);
    checks.mockRestore();
    const last = { ...headers, "webhook-signature": `v1a,AAAA v1,AAAA ${headers["webhook-signature"]}` };
    expect(await receive({ headers: last, body })).toMatchObject({ id: "msg_1" });
  });

  it("is accepted while the secret changes, by both sides", async () => {
    const both = await sent({ secrets: [OTHER, SECRET] });
    for (const secret of [SECRET, OTHER, [SECRET, OTHER]]) expect(await receive(both, secret)).toBeTruthy();
    expect(await receive(await sent({ secrets: [OTHER] }), [SECRET, OTHER])).toBeTruthy();
  });

  it("is refused when any part of it is another than was signed", async () => {
    const request = await sent();
    const { headers } = request;
    const changed: (readonly [string, WebhookRequest])[] = [
      ["body", { ...request, body: BODY.replace("12", "13") }],
      ["id", { ...request, headers: { ...headers, "webhook-id": "msg_2" } }],
      ["time", { ...request, headers: { ...headers, "webhook-timestamp": String(SECONDS + 1) } }],
      ["written otherwise", { ...request, headers: { ...headers, "webhook-timestamp": `0${SECONDS}` } }],
      ["no time", { ...request, headers: { ...headers, "webhook-timestamp": "now" } }],
      ["other secret", await sent({ secrets: [OTHER] })],
      [
        "other version",
        { ...request, headers: { ...headers, "webhook-signature": `v2${headers["webhook-signature"]?.slice(2)}` } },
      ],
      ["no base64", { ...request, headers: { ...headers, "webhook-signature": "v1,%%%%" } }],
      ["shortened", { ...request, headers: { ...headers, "webhook-signature": "v1," } }],
    ];
    for (const [what, one] of changed)
      await expect(receive(one), what).rejects.toMatchObject({ code: "webhooks/bad-signature" });
    for (const name of Object.keys(headers)) {
      const { [name]: _left, ...rest } = headers;
      await expect(receive({ ...request, headers: rest }), name).rejects.toMatchObject({
        code: "webhooks/bad-signature",
        message: `the header ${name} is missing`,
      });
    }
    await expect(receive({ ...request, body: Uint8Array.of(0xff) })).rejects.toMatchObject({
      code: "webhooks/bad-signature",
    });
  });

  it("is refused when it is sent again later, or from the future", async () => {
    const request = await sent();
    for (const seconds of [SECONDS + 301, SECONDS - 301])
      await expect(receive(request, SECRET, seconds)).rejects.toMatchObject({ code: "webhooks/wrong-time" });
    for (const seconds of [SECONDS + 300, SECONDS - 300]) expect(await receive(request, SECRET, seconds)).toBeTruthy();
  });

  it("is refused by name when it is no message, or the secret none", async () => {
    for (const body of ["{", "[]", JSON.stringify({ ...MESSAGE, type: "news" })])
      await expect(receive(await sent({ body }))).rejects.toMatchObject({ code: "webhooks/bad-message" });
    for (const secret of ["", "secret", "whsec_", "whsec_AAAA", `whsec_${"A".repeat(43)}`])
      await expect(receive(await sent(), secret)).rejects.toMatchObject({ code: "webhooks/bad-secret" });
  });
});
