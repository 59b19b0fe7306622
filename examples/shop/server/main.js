/** The shop. Kill it whenever you like: it goes on where it was. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createBooking } from "./booking.js";
import { connect, findOwnAccount } from "./client.js";
import { createShopServer } from "./http.js";
import { readSettings } from "./settings.js";
import { createSettling } from "./settling.js";
import { openStore } from "./store.js";
import { createTurns } from "./turns.js";
import { openWebhook } from "./webhook.js";

const ROUND_MS = 1_000;
const DAY_MS = 86_400_000;

const settings = readSettings(process.env);
mkdirSync(settings.data, { recursive: true });
const store = openStore(join(settings.data, "store"));
const client = connect(settings);
const account = await findOwnAccount(client, settings.token);
const nowSeconds = () => Math.floor(Date.now() / 1000);
const { graceSeconds, orderSeconds, adminToken } = settings;
/** @param {string} message @param {unknown} [details] */
const log = (message, details) => console.error(new Date().toISOString(), message, details ?? "");

const common = { client, account, store, inTurn: createTurns(), nowSeconds };
const booking = createBooking(common);
const deps = { ...common, graceSeconds, refresh: booking.refresh };
const settling = createSettling(deps);
const secret = await openWebhook(settings, account.index, store);
// Before the first message is taken, since an answer to an older question must not overwrite it.
await booking.catchUp();
const { rollup, publicNode, token } = settings;
const { domain } = await client.cairn.l1();
const config = { chainId: Number(domain.chainId), rollup, node: publicNode, token };
const shop = createShopServer({ ...deps, secret, adminToken, orderSeconds, config, booking, settling, log });

const rounds = setInterval(round, ROUND_MS);
let isBusy = false;
/** Expiries, and refunds that were not final yet. */
async function round() {
  if (isBusy) return;
  isBusy = true;
  const ids = [...store.work.getKeys()];
  for (const { id, error } of await settling.settleAll()) log("not settled yet", { id, error });
  shop.tell(ids);
  isBusy = false;
}
setInterval(booking.forgetOld, DAY_MS).unref();

shop.server.listen(settings.port, "127.0.0.1", () => console.log(`shop: ${settings.url}, account ${account.index}`));

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"]))
  process.once(signal, () => {
    clearInterval(rounds);
    shop.server.closeAllConnections();
    shop.server.close(() => store.close().then(() => process.exit(0)));
  });
