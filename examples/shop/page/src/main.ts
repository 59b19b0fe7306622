import { CairnError } from "@cairn/protocol";
import { formatAmount, parseAmount } from "@cairn/sdk";
import { type Config, connect } from "./wallet.ts";

type Order = { id: string; item: string; price: string; decimals: number; state: string; link: string; qrText: string };
type Item = { id: string; name: string; price: string };

const part = (id: string) => document.getElementById(id) as HTMLElement;
const show = (id: string, text: string) => {
  part(id).textContent = text;
};
async function ask<T>(path: string, body?: object): Promise<T> {
  const answer = await fetch(path, body === undefined ? {} : { method: "POST", body: JSON.stringify(body) });
  const json = await answer.json();
  if (!answer.ok) throw new CairnError("page/shop-refuses", json.error);
  return json;
}

const config = await ask<Config & { token: string }>("/config");
let order: Order | null = null;
let connected: ReturnType<typeof connect> | null = null;

/** Asks the wallet when it is needed first; again after a refusal. */
function wallet() {
  connected ??= connect(config);
  connected.catch(() => {
    connected = null;
  });
  return connected;
}

/** Does what a button says, once at a time, and says what went wrong. */
function onClick(id: string, work: () => Promise<void>): void {
  const button = part(id) as HTMLButtonElement;
  button.onclick = async () => {
    button.disabled = true;
    show("problem", "");
    await work().catch((error: Error) => show("problem", error.message));
    button.disabled = false;
  };
}

/** Shows an order, and each change of it as the shop learns of it. */
function open(id: string): void {
  part("order").hidden = false;
  new EventSource(`/orders/${id}/events`).onmessage = ({ data }) => {
    const now: Order = JSON.parse(data);
    order = now;
    show("what", `${now.item}: ${formatAmount(BigInt(now.price), now.decimals)} ${config.token}`);
    show("state", now.state);
    show("qr", now.qrText);
    (part("link") as HTMLAnchorElement).href = now.link;
  };
}

onClick("deposit", async () => {
  const client = await wallet();
  const amount = parseAmount((part("amount") as HTMLInputElement).value, order?.decimals ?? 18);
  const handle = await client.deposit({ amount, token: config.token });
  const onStatus = (status: string) => show("progress", `top-up ${status}`);
  await handle.wait({ for: "confirmed", timeout: 900_000, onStatus });
});

// #region pay
onClick("pay", async () => {
  if (order === null) return;
  const client = await wallet();
  // Clicked or loaded again, it is the same payment.
  const handle = await client.payRequest(order.link);
  const onStatus = (status: string) => show("progress", `payment ${status}`);
  await handle.wait({ for: "proven", onStatus });
  // The receipt's proof was compared with what the contract has, through the wallet's own connection.
  const [receipt] = (await handle.receipt()) ?? [];
  if (receipt?.proof) show("progress", `payment proven: L1 has it, block ${receipt.block}, slot ${receipt.slot}`);
});
// #endregion

for (const { id, name, price } of await ask<Item[]>("/catalogue")) {
  const button = document.createElement("button");
  button.id = `buy-${id}`;
  button.textContent = `${name}, ${price} ${config.token}`;
  part("catalogue").append(button);
  onClick(button.id, async () => {
    const { id: orderId } = await ask<Order>("/orders", { item: id });
    // So that the order is still there after a reload.
    location.hash = orderId;
    open(orderId);
  });
}
if (location.hash !== "") open(location.hash.slice(1));
