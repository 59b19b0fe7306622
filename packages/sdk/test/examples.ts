import { type Account, createClient, custom, type EIP1193Provider, http } from "viem";
import { WebSocket } from "ws";
import {
  customerKeys,
  openCustomers,
  sweepCustomers,
  sweepReportToCsv,
  watchCustomers,
} from "../src/customers/index.ts";
import {
  apiErrorOf,
  type CairnClient,
  cairn,
  cairnActions,
  createNodeClient,
  createWallet,
  encodePaymentCode,
  type Handle,
  isCairnError,
  isRetryable,
  keyFromSigner,
  type NodeClient,
  parseAmount,
  randomKey,
  type SecretKey,
  type Signer,
  secretSigner,
  serveVault,
  type TakenRequest,
  type TypedDataSigner,
  transfer,
  vaultOf,
  type Wallet,
  webStorage,
} from "../src/index.ts";
import { fileStorage } from "../src/node/index.ts";
import { checkPayout, parsePayoutList, payout, payoutReportToCsv } from "../src/payouts/index.ts";
import { readStatement, statementToCamt053 } from "../src/statements/index.ts";
import { createWebhookClient } from "../src/webhooks/index.ts";

const report: (...words: unknown[]) => void = () => undefined;
const domain = { chainId: 31337n, rollup: 0x1n };
type Worker = Parameters<typeof vaultOf>[0];

// #region node20
/** A client whose streams use the WebSockets of `import { WebSocket } from "ws"`. */
export function openClient(url: string): NodeClient {
  return createNodeClient({ url }, { WebSocket });
}
// #endregion

// #region server
/** A client for a server: an L1 account, an L2 key, and a folder that survives restarts. */
export function connect(rpcUrl: string, account: Account, settings: { rollup: string; node: string; signer: Signer }) {
  const storage = fileStorage("/var/lib/shop/cairn");
  return createClient({ account, transport: http(rpcUrl) }).extend(cairnActions({ ...settings, storage }));
}
// #endregion

type Client = ReturnType<typeof connect>;

// #region page
/** A client for a page: the wallet signs on L1, a worker on L2. */
export function connectPage(
  wallet: EIP1193Provider,
  account: `0x${string}`,
  settings: { rollup: string; signer: Signer },
) {
  const config = { ...settings, node: "https://node.example", storage: webStorage() };
  return createClient({ account, transport: custom(wallet) }).extend(cairnActions(config));
}
// #endregion

// #region shop
/** Deposits, pays, and withdraws; each repeated after a crash with the same id, nothing is paid twice. */
export async function life(client: Client, payee: string): Promise<string> {
  const deposit = await client.deposit({ amount: parseAmount("1.5", 18), requestId: "top-up-1" });
  await deposit.wait({ for: "confirmed", timeout: 900_000 });
  const paid = await client.transfer({ to: payee, amount: parseAmount("0.25", 18), requestId: "order-17" });
  await paid.wait({ for: "proven" });
  const out = await client.withdraw({ amount: "all", requestId: "cash-out-1" });
  return out.wait({ for: "paid" });
}
// #endregion

// #region resume
/** After a restart: what is unfinished goes on. */
export async function goOn(client: Client): Promise<void> {
  for (const handle of await client.requests()) report(handle.id, handle.kind, await handle.wait({ for: "final" }));
}

/** A handle as text, to be resumed on another machine. */
export async function handOver(client: Client, handle: Handle<"transfer">): Promise<void> {
  const resumed = await client.resume(JSON.parse(JSON.stringify(handle)));
  if (resumed.kind === "transfer") await resumed.wait({ for: "proven", timeout: 600_000 });
}
// #endregion

// #region payouts
/** Pays a list, each line once; repeated after any interruption with the same name and list, it goes on. */
export async function payroll(client: CairnClient, csv: string): Promise<string> {
  const list = parsePayoutList(csv, { format: "csv" });
  const { problems } = await checkPayout(client, { name: "salaries-2026-11", list });
  for (const { at, message } of problems) report("line", at, message);
  const done = await payout(client, { name: "salaries-2026-11", list, onProgress: ({ paid }) => report(paid) });
  return payoutReportToCsv(done);
}
// #endregion

// #region webhooks
/** Lets a node tell a shop what is paid for; resolves to the secret of the signatures. */
export async function tellShop(nodeUrl: string, token: string, account: number): Promise<string> {
  const hooks = createWebhookClient({ url: nodeUrl, token });
  const url = "https://shop.example/cairn";
  const { secret, webhook } = await hooks.createWebhook({ url, account, types: ["entry.confirmed", "entry.final"] });
  await hooks.testWebhook({ id: webhook.id });
  return secret;
}
// #endregion

// #region customers
/** Opens accounts for new customers, and gives each an account number. */
export async function enrol(client: CairnClient, secret: SecretKey, ids: string[]): Promise<void> {
  const keys = customerKeys(secret, domain);
  const { customers } = await openCustomers(client, { keys, customers: ids });
  for (const { customer, account, paymentCode } of customers) report(customer, account, paymentCode);
}

/** Books payments to customers once they are final; `save` keeps them together with the cursor. */
export async function bookPayments(
  client: CairnClient,
  { secret, cursor }: { secret: SecretKey; cursor: string | undefined },
  save: (cursor: string, customer: string | null, paid: string | null) => Promise<void>,
): Promise<void> {
  const from = cursor === undefined ? {} : { cursor };
  for await (const { customer, direction, event } of watchCustomers(client, {
    keys: customerKeys(secret, domain),
    ...from,
  })) {
    if (event.type === "disconnected") continue;
    const isPaid = event.type === "entry" && event.status === "final" && direction === "in";
    await save(event.cursor, isPaid ? customer : null, isPaid ? event.entry.amount : null);
  }
}

/** Empties the customers' accounts into the main one, where they hold at least a hundredth. */
export async function nightly(client: CairnClient, secret: SecretKey): Promise<string> {
  const keys = customerKeys(secret, domain);
  const swept = await sweepCustomers(client, { keys, minimum: parseAmount("0.01", 18) });
  return sweepReportToCsv(swept);
}
// #endregion

// #region statement
/** November, as far as it is final, for the bookkeeping. */
export async function november(node: NodeClient, account: number): Promise<string> {
  const period = { from: Date.UTC(2026, 10) / 1000, to: Date.UTC(2026, 11) / 1000 };
  const statement = await readStatement(node, { account, ...period });
  if (statement.leftOut > 0) report(statement.leftOut, "entries are not final yet");
  return statementToCamt053(statement, { decimals: 6, currency: "USD" });
}
// #endregion

// #region request
/** A shop asks for a payment, and shows the link or a QR code. */
export async function checkout(shop: Client, order: number): Promise<TakenRequest> {
  return shop.requestPayment({ amount: parseAmount("25", 6), token: 1, reference: `order ${order}`, expiresIn: 900 });
}

/** The customer pays it: exactly, and once. */
export async function pay(customer: Client, link: string): Promise<void> {
  const handle = await customer.payRequest(link, { maxFee: parseAmount("0.05", 6) });
  await handle.wait({ for: "confirmed", timeout: 60_000 });
}

/** The shop asks whether it is paid, by what L1 has. */
export async function isPaid(shop: Client, id: string): Promise<boolean> {
  const { status, certainty } = await (await shop.cairn.node()).paymentRequest({ id });
  return (status === "paid" || status === "overpaid") && certainty !== "confirmed";
}
// #endregion

// #region many
/** Pays salaries from one account, with what each is for. */
export async function salaries(client: Client, payments: { to: string; amount: bigint }[]): Promise<void> {
  const handle = await client.payMany({ payments, token: 1, requestId: "salaries-2026-11" });
  await handle.wait({ for: "proven" });
}
// #endregion

// #region swap
/** The maker offers 100 of token 0 for 300 of token 1 from the taker's account 71, and sends the offer as text. */
export async function offer(maker: Client, code: string): Promise<string> {
  const swap = await maker.offerSwap({ give: { amount: 100n, to: code }, want: { amount: 300n, from: 71 } });
  return JSON.stringify(swap.offer);
}

/** The taker checks the terms, and signs if they are as agreed. */
export async function take(taker: Client, text: string): Promise<string> {
  const terms = { giveTokenId: 1, giveAmount: 300n, giveFee: 0n, receiveTokenId: 0, receiveAmount: 100n };
  const swap = await taker.acceptSwap({ offer: JSON.parse(text), terms });
  return swap.wait({ for: "confirmed", timeout: 60_000 });
}
// #endregion

// #region leave
/** Leaves without the operator: first by a request on L1, then, from a rollup that has stopped, by a proof. */
export async function leave(client: Client, account: number, proof: object): Promise<void> {
  const forced = await client.forceWithdraw({ account });
  await forced.wait({ for: "paid", timeout: 8 * 24 * 3_600_000 }).catch(async () => {
    await (await client.freeze()).wait({ for: "mined" });
    await (await client.exit({ proof })).wait({ for: "final" });
  });
}
// #endregion

// #region bundle
/** Only what is called is bundled: a context instead of all actions. */
export async function payOnly(url: string, settings: { rollup: string; signer: Signer; owner: string }) {
  const context = cairn({ ...settings, node: "https://node.example", storage: webStorage() });
  return transfer(createClient({ transport: http(url) }).extend(context), { to: 70, amount: 5n });
}
// #endregion

// #region keys
/** A random key, or one that a wallet can always derive again. */
export async function makeSigner(wallet: TypedDataSigner | null): Promise<Signer> {
  return secretSigner(wallet === null ? randomKey() : await keyFromSigner(domain, wallet));
}
// #endregion

// #region vault
/** In the worker: keeps the key, and signs no withdrawals. */
export function insideWorker(self: Worker): void {
  serveVault(self, { allow: ({ purpose }) => purpose !== "withdraw" });
}

/** In the page: a new key, sealed for its owner, and a signer that asks the worker. */
export async function inPage(worker: Worker, owner: string, passphrase: string) {
  const vault = vaultOf(worker);
  const { key, file } = await vault.ask({ op: "create", header: { owner, rollup: null }, passphrase });
  return { signer: vault.signer(key), backup: JSON.stringify(file) };
}
// #endregion

// #region receive
/** What a payee hands out: nobody on the way can replace its key. */
export function paymentCode(signer: Pick<Signer, "key">, owner: bigint): string {
  return encodePaymentCode({ owner, key: signer.key }, domain);
}
// #endregion

// #region byhand
/** The same without actions: account, fee and signature by hand. */
export async function payByHand(url: string, wallet: Wallet, from: number, to: number): Promise<string> {
  const node = createNodeClient({ url });
  const payee = await node.account({ index: to });
  const { fee } = await node.quote({ kind: "transfer", tokenId: payee.tokenId });
  const existing = { type: "existing", index: to, owner: BigInt(payee.owner), key: BigInt(payee.key) } as const;
  const signed = wallet.transfer({
    from: await node.account({ index: from }),
    to: existing,
    amount: 5n,
    fee: BigInt(fee),
  });
  await node.submit(signed);
  return signed.id;
}

/** A wallet for {@link payByHand}. */
export function walletByHand(): Wallet {
  return createWallet({ secret: randomKey(), domain });
}
// #endregion

// #region stream
/** Books what an owner is paid once it is final; `save` keeps it together with the cursor, from which it goes on later. */
export async function follow(
  url: string,
  { owner, cursor }: { owner: string; cursor: string | undefined },
  save: (cursor: string, paid: string | null) => Promise<void>,
): Promise<void> {
  for await (const event of createNodeClient({ url }).stream({ owner, cursor })) {
    if (event.type === "disconnected") continue;
    if (event.type === "reset") report("too much was missed: read the history again");
    const isPaid = event.type === "entry" && event.status === "final" && event.entry.direction === "in";
    await save(event.cursor, isPaid ? event.entry.amount : null);
  }
}
// #endregion

// #region events
/** The same in pages, for a program that runs now and then. Returns the cursor for the next time. */
export async function catchUp(url: string, owner: string, cursor: string | undefined): Promise<string> {
  const node = createNodeClient({ url });
  for (let next = cursor; ; ) {
    const page = await node.events({ owner, ...(next === undefined ? {} : { cursor: next }) });
    for (const event of page.events) report(event.type === "entry" ? event.entry.id : event.type);
    if (page.isEnd) return page.next;
    next = page.next;
  }
}
// #endregion

// #region errors
/** Says what to do after a failure. The compiler knows the codes. */
export function explain(error: unknown): string {
  const failure = apiErrorOf(error);
  if (failure?.code === "rejected") return `it cannot run: ${JSON.stringify(failure.details.reason)}`;
  if (!isCairnError(error)) throw error;
  switch (error.code) {
    case "sdk/outcome-unknown":
      return `repeat request ${error.details.id}, and no other`;
    case "sdk/not-encodable":
      return `try ${error.details.below} or ${error.details.above}`;
    case "sdk/wallet-refused":
      return "the user said no: nothing was sent";
    case "l1/transaction-refused":
      return error.details.refusal === "insufficientFunds" ? "the L1 account needs ETH" : "try later";
    default:
      return isRetryable(error) ? "try again" : "look closer";
  }
}
// #endregion
