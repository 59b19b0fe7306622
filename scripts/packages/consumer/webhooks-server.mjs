// #region use
import { createServer } from "node:http";
import { isCairnError } from "@cairn/protocol";
import { receiveWebhook, signWebhook } from "@cairn/webhooks";

/**
 * A server that takes messages. What `store` does about one belongs into one database transaction with its id.
 * @param {string} secret
 * @param {(received: import("@cairn/webhooks").ReceivedWebhook) => Promise<void>} store
 */
export function createReceiver(secret, store) {
  return createServer(async (request, response) => {
    try {
      const chunks = await request.toArray();
      const received = await receiveWebhook({ headers: request.headers, body: Buffer.concat(chunks) }, { secret });
      await store(received);
      response.writeHead(204).end();
    } catch (error) {
      const isForged = isCairnError(error, "webhooks/bad-signature") || isCairnError(error, "webhooks/wrong-time");
      response.writeHead(isForged ? 401 : 500).end();
    }
  });
}
// #endregion

/** Takes a message twice, which is stored once, and refuses a forged one. */
export async function run() {
  const secret = `whsec_${"A".repeat(43)}=`;
  /** @type {Map<string, string>} */
  const stored = new Map();
  const server = createReceiver(secret, async ({ id, message }) => void stored.set(id, message.type));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(null)));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const body = JSON.stringify({
    type: "ping",
    timestamp: new Date().toISOString(),
    webhook: `wh_${"0".repeat(32)}`,
    chainId: 31337,
    rollup: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
    data: null,
    requests: [],
  });
  const timestamp = Math.floor(Date.now() / 1000);
  const signature = await signWebhook({ id: "msg_1", timestamp, body }, [secret]);
  /** @param {string} text */
  const send = async (text) => {
    const headers = {
      "webhook-id": "msg_1",
      "webhook-timestamp": String(timestamp),
      "webhook-signature": signature,
    };
    return (await fetch(`http://127.0.0.1:${port}`, { method: "POST", headers, body: text })).status;
  };
  const statuses = [await send(body), await send(body), await send(`${body} `)];
  server.closeAllConnections();
  server.close();
  return { statuses, stored: Object.fromEntries(stored) };
}
