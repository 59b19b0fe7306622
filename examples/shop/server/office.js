/** What the shop's people do with its money: `npm run office -- WORD …`. Each can be repeated after a crash. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { formatAmount, parseAmount, randomKey, readClaimable, secretKeyToHex } from "@cairn/sdk";
import { checkPayout, parsePayoutList, payout } from "@cairn/sdk/payouts";
import { connect, findOwnAccount, findToken } from "./client.js";
import { readSettings } from "./settings.js";

const [word, value = "", name] = process.argv.slice(2);

/** @type {Record<string, () => Promise<unknown>>} */
const WORDS = {
  /** A new key for SHOP_L2_KEY. */
  key: async () => secretKeyToHex(randomKey()),

  /** `deposit 0.5 NAME`: money from L1. The first makes the shop's account. */
  deposit: async () => {
    const { client, token, decimals } = await open();
    const handle = await client.deposit({ amount: parseAmount(value, decimals), token, ...named(name) });
    return handle.wait({ for: "confirmed" });
  },

  /** `payout suppliers.csv`: pays a list, each line once; the file's name is the payout's. */
  payout: async () => {
    const { client, token } = await open();
    const list = parsePayoutList(readFileSync(value, "utf8"), { format: value.endsWith(".json") ? "json" : "csv" });
    const payment = { name: basename(value).replace(/\.\w+$/, ""), list, token };
    const { problems } = await checkPayout(client, payment);
    if (problems.length > 0) {
      process.exitCode = 1;
      return { problems };
    }
    return (await payout(client, payment)).counts;
  },

  /** `withdraw 0.5 NAME` or `withdraw all NAME`: takings to the shop's L1 account. */
  withdraw: async () => {
    const { client, token, decimals } = await open();
    const { index: from } = await findOwnAccount(client, token);
    const amount = value === "all" ? value : parseAmount(value, decimals);
    const handle = await client.withdraw({ amount, token, from, ...named(name) });
    return handle.wait({ for: "paid" });
  },

  /** `claim`: collects what L1 could not deliver. */
  claim: async () => {
    const { client, token, decimals } = await open();
    const amount = await readClaimable(client, { token });
    if (amount === 0n) return "nothing to claim";
    const handle = await client.claim({ token });
    await handle.wait({ for: "mined" });
    return formatAmount(amount, decimals);
  },
};

async function open() {
  const settings = readSettings(process.env);
  const client = connect(settings);
  return { client, token: settings.token, ...(await findToken(client, settings.token)) };
}

/** With a name, a repeated call is the same request. @param {string | undefined} requestId */
function named(requestId) {
  return requestId === undefined ? {} : { requestId };
}

const work = WORDS[word ?? ""];
if (work === undefined) throw new TypeError(`one of ${Object.keys(WORDS).join(", ")}`);
console.log(await work());
