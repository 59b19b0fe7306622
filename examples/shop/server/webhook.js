import { apiErrorOf } from "@cairn/sdk";
import { createWebhookClient } from "@cairn/sdk/webhooks";

/**
 * Lets the node tell the shop what happens to its account; returns the secret of the signatures. Only the answer that makes a
 * webhook shows it, so one whose secret was lost in a crash is made anew.
 * @param {import("./settings.js").Settings} settings
 * @param {number} account
 * @param {import("./store.js").Store} store
 */
export async function openWebhook({ node, webhookToken, url: base }, account, store) {
  const hooks = createWebhookClient({ url: node, token: webhookToken });
  const url = new URL("/cairn", base).href;
  const known = store.webhook.get("own");
  if (known !== undefined) {
    try {
      const { url: before } = await hooks.webhook({ id: known.id });
      if (before !== url) await hooks.changeWebhook({ id: known.id, url });
      return known.secret;
    } catch (error) {
      // A node that was restored from L1 has no webhooks.
      if (apiErrorOf(error)?.code !== "not-found") throw error;
    }
  }
  const { webhooks } = await hooks.webhooks();
  for (const { id, url: other } of webhooks) if (other === url) await hooks.deleteWebhook({ id });
  const { webhook, secret } = await hooks.createWebhook({ url, account, description: "shop" });
  store.transaction(() => store.webhook.putSync("own", { id: webhook.id, secret }));
  return secret;
}
