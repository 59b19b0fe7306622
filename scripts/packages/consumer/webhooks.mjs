import { isCairnError } from "@cairn/protocol";
import { receiveWebhook, signWebhook } from "@cairn/webhooks";

/** Takes a message that is signed, and refuses the same when it was altered. */
export async function run() {
  const secret = `whsec_${"A".repeat(43)}=`;
  const body = JSON.stringify({
    type: "ping",
    timestamp: "2026-11-30T10:00:00Z",
    webhook: `wh_${"0".repeat(32)}`,
    chainId: 31337,
    rollup: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
    data: null,
    requests: [],
  });
  const timestamp = 1_796_032_800;
  const signature = await signWebhook({ id: "msg_1", timestamp, body }, [secret]);
  const headers = new Headers({
    "webhook-id": "msg_1",
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signature,
  });
  const options = { secret, nowMs: () => timestamp * 1000 };
  const { id, message } = await receiveWebhook({ headers, body }, options);
  const refusal = await receiveWebhook({ headers, body: `${body} ` }, options).catch((error) => error);
  return { id, type: message.type, isRefused: isCairnError(refusal, "webhooks/bad-signature") };
}
