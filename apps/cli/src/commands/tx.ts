import type { RouteResponse } from "@cairn/rpc";
import { apiErrorOf, entriesOf, findEntry } from "@cairn/sdk";
import { type Hex, TransactionReceiptNotFoundError } from "viem";
import { formatAmount } from "../amounts.ts";
import type { Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { addExamples, addNetworkOptions, type Host } from "../host.ts";
import { whileActive } from "../l1/frozen.ts";
import { type CommandResult, table } from "../output.ts";
import { describeTransaction } from "../payments/report.ts";
import { type NodeSession, openNode } from "../payments/session.ts";
import { waitForPayout } from "../payments/submit.ts";
import { addWaitOptions, patienceOf, payoutOf, progressOf, type WaitFlags } from "../payments/waiting.ts";
import { tokenForShow } from "../tokens.ts";
import { waitForEntry } from "./deposit.ts";

/** `cairn tx`: what became of a transaction, or of the queue entries of an L1 transaction. */
export function addTxCommand({ program, run }: Host): void {
  const command = program
    .command("tx")
    .description("show a transaction's status and history, or those of a deposit by its L1 transaction")
    .argument("<id>", "id of an L2 transaction, or hash of an L1 transaction");
  addWaitOptions(command, ["confirmed", "proven", "final", "paid"]);
  addNetworkOptions(command);
  addExamples(command, "cairn tx 0x1234…", "cairn tx 0x1234… --wait final --timeout 600");
  run(command, async (context, flags: WaitFlags, id: string) => {
    if (!/^0x[0-9a-fA-F]{64}$/.test(id)) throw cliError("cli/usage", `not an id of 32 bytes: ${id}`);
    const session = await openNode(context);
    const found = await session.client.transaction({ id }).catch((error: unknown) => {
      if (apiErrorOf(error)?.code === "not-found") return null;
      throw error;
    });
    if (found !== null) return tellTransaction(context, session, found, flags);
    return tellEntries(context, session, id.toLowerCase() as Hex, flags);
  });
}

async function tellTransaction(
  context: Context,
  { client, network }: NodeSession,
  found: RouteResponse<"transaction">,
  flags: WaitFlags,
): Promise<CommandResult> {
  const { wait } = flags;
  if (wait === "paid" && found.transaction.type !== "withdraw") {
    throw cliError("cli/usage", "only a withdrawal is paid on L1");
  }
  const patience = patienceOf(context, flags);
  const { timeoutMs, signal } = patience;
  const onStatus = (one: typeof found) => context.output.progress(one.status);
  const shown =
    wait === undefined
      ? found
      : await whileActive(network, { goal: wait, signal }, (until) =>
          client.waitFor(found.id, { timeoutMs, signal: until, onStatus, status: progressOf(wait) }),
        );
  const payout = wait === "paid" ? await waitForPayout(client, shown, patience) : await payoutOf(client, shown);
  return { data: { ...shown, payout }, text: await describeTransaction(network, shown, payout, true) };
}

/** The queue entries of an L1 transaction, one by one. */
async function tellEntries(
  context: Context,
  { client, network }: NodeSession,
  hash: Hex,
  flags: WaitFlags,
): Promise<CommandResult> {
  const unknown = cliError("cli/unknown-transaction", `neither the node nor L1 knows ${hash}`);
  if (!network.hasL1()) throw unknown;
  const rollup = await network.l1();
  const receipt = await rollup.reader.getTransactionReceipt({ hash }).catch((error: unknown) => {
    if (error instanceof TransactionReceiptNotFoundError) throw unknown;
    throw error;
  });
  if (receipt.status === "reverted") throw cliError("cli/unknown-transaction", `${hash} reverted on L1`);
  const entries = entriesOf(rollup.address, receipt);
  if (entries.length === 0)
    throw cliError("cli/unknown-transaction", `${hash} added nothing to the queue of this rollup`);
  const told: object[] = [];
  const rows: string[][] = [];
  for (const entry of entries) {
    const progress =
      flags.wait === undefined
        ? await findEntry(client, entry.position, hash)
        : await waitForEntry(context, { client, network }, entry.position, receipt, flags.wait, flags);
    const { status, block } = progress;
    const token = await tokenForShow(network, entry.tokenId);
    told.push({ ...entry, status, block });
    const what = entry.kind === "deposit" ? formatAmount(entry.amount, token) : `account ${entry.index}`;
    rows.push(
      ["queue entry", String(entry.position)],
      ["kind", `${entry.kind} ${what} of ${entry.owner}`],
      ["status", status + (block === null ? "" : ` (block ${block})`)],
    );
  }
  return { data: { l1Transaction: hash, entries: told }, text: table(rows) };
}
