import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { messageHash } from "@cairn/crypto";
import { createFastCompress } from "@cairn/crypto/fast";
import type { L1HeadTag } from "@cairn/l1";
import { isCairnError, type L2Transaction, messageWords } from "@cairn/protocol";
import { ENGLISH, type ReceiptJson, receiptSchema, signedTransactionFromJson, wordToBigint } from "@cairn/rpc";
import { apiErrorOf } from "@cairn/sdk";
import { type VerifiedReceipt, type VerifyErrorCode, verifyReceipt, type WantedReceipt } from "@cairn/verify";
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
/** Why a receipt that leads where it should proves nothing all the same. */
const NOTHING_PROVEN: readonly string[] = [
  "verify/other-transaction",
  "verify/not-on-l1",
] satisfies readonly VerifyErrorCode[];

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
    const transaction = id === undefined ? null : await findSigned(context, id);
    const verified = await check(context, json, { ...(transaction && { transaction }), finality: flags.head });
    if (flags.out !== undefined) writeFileSync(flags.out, `${JSON.stringify(json, null, 2)}\n`);
    return resultOf(context, json, verified, id ?? null);
  });
}

async function askNode(context: Context, id: string): Promise<ReceiptJson> {
  try {
    return await context.network().node().receipt({ id });
  } catch (error) {
    const code = apiErrorOf(error)?.code;
    if (code !== "not-found" && code !== "not-accepted") throw error;
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

function readReceipt(path: string): ReceiptJson {
  if (!existsSync(path)) throw cliError("cli/bad-file", `there is no file ${path}`);
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

/** Checks a receipt against the contract. */
async function check({ network }: Context, json: ReceiptJson, wanted: WantedReceipt): Promise<VerifiedReceipt> {
  const { reader, address } = await network().l1();
  try {
    return await verifyReceipt({ connection: reader, address, chainId: reader.chain.id }, json, wanted);
  } catch (error) {
    if (isCairnError(error, "verify/not-final")) {
      const { batch, finality: onL1, wanted } = error.details;
      throw cliError("cli/not-final", error.message, { details: { batch, onL1, wanted }, cause: error });
    }
    if (isCairnError(error, "verify/bad-receipt")) throw cliError("cli/bad-receipt", error.message, { cause: error });
    if (isCairnError(error) && NOTHING_PROVEN.includes(error.code)) throw badReceipt(error.message, error);
    throw error;
  }
}

function resultOf(
  { network }: Context,
  receipt: ReceiptJson,
  { block, slot, timestamp, word, amount, fee, l1 }: VerifiedReceipt,
  id: string | null,
): CommandResult {
  const fields = {
    type: word.type,
    from: word.from,
    to: word.type === "transfer" ? word.to : null,
    // L1 does not say how much a whole balance was.
    amount: amount?.toString() ?? null,
    fee: fee.toString(),
  };
  const { finality: onL1 } = l1;
  const where = { batch: receipt.batch.number, block, slot, time: new Date(timestamp * 1000).toISOString() };
  const text = table([
    ["shown", `${fields.type} from account ${fields.from}${fields.to === null ? "" : ` to account ${fields.to}`}`],
    [
      "amount",
      `${fields.amount === null ? "the whole balance" : `${fields.amount} of the token's smallest unit`}, fee ${fee}`,
    ],
    ["where", `slot ${slot} of block ${block}, batch ${where.batch} of ${network().rollup()}`],
    ["time", where.time],
    ["checked", "the path leads to the blocks root, and the batch is the one that the contract accepted"],
    ["L1 block", `${l1.block}, ${l1.blockHash}`],
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
