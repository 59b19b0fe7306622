import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { rollupAbi } from "@cairn/contracts";
import { checkReceipt, messageHash } from "@cairn/crypto";
import { createFastCompress } from "@cairn/crypto/fast";
import { createL1Access, type L1HeadTag, readBatchCountAt } from "@cairn/l1";
import {
  batchCommitment,
  bytesToHex,
  decodeFloat16,
  decodeFloat40,
  decodeSlotWord,
  isCairnError,
  type L2Transaction,
  messageWords,
  type SlotWord,
} from "@cairn/protocol";
import {
  ENGLISH,
  type ReceiptJson,
  receiptFromJson,
  receiptSchema,
  signedTransactionFromJson,
  type TransactionReceipt,
  wordToBigint,
} from "@cairn/rpc";
import { apiErrorOf } from "@cairn/sdk";
import { Option } from "commander";
import type { Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { addExamples, addNetworkOptions, type Host } from "../host.ts";
import { type CommandResult, table } from "../output.ts";

interface ReceiptFlags {
  readonly out?: string;
  readonly file?: string;
  readonly head: L1HeadTag;
}

/** From the one that a reorg replaces most easily on. */
const HEADS: readonly L1HeadTag[] = ["latest", "safe", "finalized"];
const ON_L1: Readonly<Record<L1HeadTag, string>> = {
  latest: "NOT SAFE YET: a reorg of L1 can undo the batch; try again later, --head finalized insists on it",
  safe: "safe, not finalized: only an attack on L1's consensus can undo the batch",
  finalized: "final",
};

/** What a valid receipt shows. */
interface Shown {
  readonly block: number;
  readonly slot: number;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly word: SlotWord;
}

/** `cairn receipt`: proof that a batch on L1 contains a transaction, made by a node or read from a file, checked here. */
export function addReceiptCommand({ program, run }: Host): void {
  const command = program
    .command("receipt")
    .description("prove that a batch on L1 contains a transaction, and check the proof against the contract")
    .argument("[id]", "id of an L2 transaction, for which the node makes the receipt")
    .option("--out <file>", "write the receipt to a file, for others to check")
    .option("--file <file>", "check a receipt from a file; no node is asked")
    .addOption(
      new Option("--head <tag>", "which head of L1 must have the batch: a reorg can undo what is only in the latest")
        .choices(HEADS)
        .default("latest"),
    );
  addNetworkOptions(command);
  addExamples(
    command,
    "cairn receipt 0x1234… --out receipt.json",
    "cairn receipt --file receipt.json --head finalized",
  );
  run(command, async (context, flags: ReceiptFlags, id: string | undefined) => {
    if ((id === undefined) === (flags.file === undefined)) {
      throw cliError("cli/usage", "give either the id of a transaction or --file");
    }
    if (id !== undefined && !/^0x[0-9a-fA-F]{64}$/.test(id))
      throw cliError("cli/usage", `not an id of 32 bytes: ${id}`);
    const json = id === undefined ? readReceipt(flags.file ?? "") : await askNode(context, id);
    const receipt = parseReceipt(json);
    const shown = contentOf(receipt);
    if (id !== undefined) assertShows(shown.word, await findSigned(context, id));
    const onL1 = await findOnL1(context, receipt);
    assertDeepEnough(receipt, onL1, flags.head);
    if (flags.out !== undefined) writeFileSync(flags.out, `${JSON.stringify(json, null, 2)}\n`);
    return resultOf(context, json, { ...shown, onL1 }, id ?? null);
  });
}

async function askNode(context: Context, id: string): Promise<ReceiptJson> {
  try {
    return await context.network().node().receipt({ id });
  } catch (error) {
    if (apiErrorOf(error)?.code !== "not-found") throw error;
    const reason = "the node knows no such transaction, or L1 has not accepted its batch yet";
    throw cliError("cli/no-receipt", `no receipt of ${id}: ${reason}`, { cause: error });
  }
}

/** The transaction with this id, which is the hash of what its sender signed. */
async function findSigned({ network }: Context, id: string): Promise<L2Transaction> {
  const [{ transaction: json }, domain, compress] = await Promise.all([
    network().node().transaction({ id }),
    network().domain(),
    createFastCompress(),
  ]);
  const { transaction } = refused(() => signedTransactionFromJson(json));
  if (messageHash(messageWords(transaction, domain), compress) === wordToBigint(id)) return transaction;
  throw badReceipt(`the node answered with another transaction than ${id}`);
}

/** All that L1 got of a transaction: not its nonce, its times and its reference. */
function assertShows(word: SlotWord, transaction: L2Transaction): void {
  const to = (one: SlotWord | L2Transaction) => (one.type === "transfer" ? one.to : null);
  const isSame =
    word.type === transaction.type &&
    word.from === transaction.from &&
    to(word) === to(transaction) &&
    word.amount === transaction.amount &&
    word.fee === transaction.fee;
  if (!isSame) throw badReceipt("it is of another transaction");
}

function readReceipt(path: string): ReceiptJson {
  if (!existsSync(path)) throw cliError("cli/usage", `there is no file ${path}`);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw badReceipt(`${path} is not JSON`, cause);
  }
  const parsed = receiptSchema.safeParse(content, ENGLISH);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badReceipt(`${path}: ${issue?.path.join(".")}: ${issue?.message}`, parsed.error);
}

function parseReceipt(json: ReceiptJson): TransactionReceipt {
  return refused(() => receiptFromJson(json));
}

/** What the receipt shows, if its path leads to its header's blocks root. */
function contentOf({ slot, header, path }: TransactionReceipt): Shown {
  return refused(() => {
    const { blockNumber, timestamp, words } = checkReceipt(path, header);
    const found = words?.find((word) => word.slot === slot && !word.isL1Operation);
    if (found === undefined || found.word === 0n)
      throw badReceipt(`slot ${slot} of block ${blockNumber} is no transaction`);
    return { block: Number(blockNumber), slot, timestamp: Number(timestamp), word: decodeSlotWord(found.word) };
  });
}

/** The oldest of L1's heads that has the batch with this header, and so with this blocks root. */
async function findOnL1({ network }: Context, receipt: TransactionReceipt): Promise<L1HeadTag> {
  const { batchNumber, header, dataCommitment, payoutsHash } = receipt;
  const rollup = await network().l1();
  const { reader, address } = rollup;
  const args = [BigInt(batchNumber)] as const;
  const onL1 = await reader.readContract({ address, abi: rollupAbi, functionName: "batchCommitment", args });
  if (onL1 !== bytesToHex(batchCommitment(header, dataCommitment, payoutsHash))) {
    throw badReceipt(`L1 has no such batch ${batchNumber}`);
  }
  const access = createL1Access(rollup);
  for (const tag of ["finalized", "safe"] as const) {
    // An older block of the same chain with as many batches has this one.
    if ((await readBatchCountAt(access, tag)) >= batchNumber) return tag;
  }
  return "latest";
}

function assertDeepEnough({ batchNumber }: TransactionReceipt, onL1: L1HeadTag, wanted: L1HeadTag): void {
  if (HEADS.indexOf(onL1) >= HEADS.indexOf(wanted)) return;
  const problem = `L1 has accepted batch ${batchNumber}, but its ${wanted} block does not have it yet`;
  throw cliError("cli/not-final", problem, { details: { batch: batchNumber, onL1, wanted } });
}

function resultOf(
  { network }: Context,
  receipt: ReceiptJson,
  { block, slot, timestamp, word, onL1 }: Shown & { readonly onL1: L1HeadTag },
  id: string | null,
): CommandResult {
  const fields = {
    type: word.type,
    from: word.from,
    to: word.type === "transfer" ? word.to : null,
    amount: decodeFloat40(word.amount).toString(),
    fee: decodeFloat16(word.fee).toString(),
  };
  const where = { batch: receipt.batch.number, block, slot, time: new Date(timestamp * 1000).toISOString() };
  const text = table([
    ["shown", `${fields.type} from account ${fields.from}${fields.to === null ? "" : ` to account ${fields.to}`}`],
    ["amount", `${fields.amount} of the token's smallest unit, fee ${fields.fee}`],
    ["where", `slot ${slot} of block ${block}, batch ${where.batch} of ${network().rollup()}`],
    ["time", where.time],
    ["checked", "the path leads to the blocks root, and the batch is the one that the contract accepted"],
    ["on L1", ON_L1[onL1]],
    ["not shown", "nonce, times and reference are not published: an equal transaction would have the same receipt"],
  ]);
  return { data: { id, ...where, timestamp, onL1, ...fields, receipt }, text };
}

function refused<Result>(check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    if (!isCairnError(error) || error.code.startsWith("cli/")) throw error;
    throw badReceipt(error.message, error);
  }
}

function badReceipt(reason: string, cause?: unknown) {
  return cliError("cli/bad-receipt", `the receipt proves nothing: ${reason}`, { cause });
}
