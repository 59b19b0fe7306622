import { rollupAbi } from "@cairn/contracts";
import {
  depositEth,
  depositToken,
  depositTokenWithPermit,
  type L1Wallet,
  payBatch,
  requestSetKey,
  requestWithdraw,
  sendToRollup,
  submitBatch,
} from "@cairn/l1";
import {
  accountIndex,
  addressToBigint,
  CairnError,
  calldataCommitment,
  ETH_TOKEN_ID,
  type SoloSize,
} from "@cairn/protocol";
import { signTransaction } from "@cairn/testkit";
import { encodeFunctionData, type TransactionReceipt } from "viem";
import type { BenchErrorCode } from "../errors.ts";
import { type L1BenchRollup, startL1BenchRollup } from "../workload/l1-rollup.ts";
import { amountOf, withdrawal } from "../workload/parties.ts";

/** L1 gas of the transactions that users send, when the same transaction has been made before. */
export interface CallGas {
  readonly depositEth: number;
  /** Without the preceding approval. */
  readonly depositToken: number;
  readonly depositTokenWithPermit: number;
  readonly requestWithdraw: number;
  readonly requestSetKey: number;
  /** Of ETH that could not be paid out. */
  readonly claim: number;
}

const AMOUNT = 123_456_789n;
/** Position of a wallet that the blocks do not use. */
const REFUSER = 5;
/** Code that reverts on every call. */
const REVERTING_CODE = "0x5f5ffd";

/** Sends each transaction once to warm the storage up, then once to measure. Throws as devnet, prover and L1 do. */
export async function measureCallGas(options: {
  readonly slots: SoloSize;
  readonly cacheDir: string;
}): Promise<CallGas> {
  const rollup = await startL1BenchRollup({ cacheDir: options.cacheDir, sizes: [options.slots] });
  try {
    const claim = await measureClaim(rollup, options.slots);
    const { devnet, token, parties, alice: wallet } = rollup;
    const { person, index } = parties.alice;
    const target = { owner: person.owner, index: accountIndex(0), key: person.key };
    await devnet.mint(token, wallet.account.address, 10n * AMOUNT);
    return {
      depositEth: await secondOf(() => depositEth(devnet.rollup, wallet, AMOUNT, target)),
      depositToken: await secondOf(() => depositToken(devnet.rollup, wallet, token.id, AMOUNT, target)),
      depositTokenWithPermit: await secondOf(() =>
        depositTokenWithPermit(devnet.rollup, wallet, token.id, AMOUNT, target),
      ),
      requestWithdraw: await secondOf(() => requestWithdraw(devnet.rollup, wallet, index)),
      requestSetKey: await secondOf(() => requestSetKey(devnet.rollup, wallet, index, person.key)),
      claim,
    };
  } finally {
    await rollup.stop();
  }
}

/** Withdraws to an address that refuses ETH for a while, and lets it claim afterwards. */
async function measureClaim(rollup: L1BenchRollup, slots: SoloSize): Promise<number> {
  const { devnet, parties, operator } = rollup;
  const refuser = devnet.wallet(REFUSER);
  const { builder, context } = await rollup.open(slots);
  const { alice } = parties;
  const content = { nonce: 0, amount: amountOf(0), timestamp: context.timestamp };
  const transaction = { ...withdrawal(alice, content), recipient: addressToBigint(refuser.account.address) };
  builder.addGroup([signTransaction(transaction, alice.person, context.domain, context.crypto)]);
  const { batch } = await rollup.prove(builder);
  const { number } = await submitBatch(devnet.rollup, operator, batch);
  await setCode(devnet, refuser, REVERTING_CODE);
  await payBatch(devnet.rollup, operator, number, { ...batch, dataCommitment: calldataCommitment(batch.data) });
  await setCode(devnet, refuser, "0x");
  const claimable = await devnet.rollup.reader.readContract({
    address: devnet.rollup.address,
    abi: rollupAbi,
    functionName: "claimable",
    args: [ETH_TOKEN_ID, refuser.account.address],
  });
  if (claimable !== amountOf(0)) throw new CairnError<BenchErrorCode>("bench/not-refused", `${claimable} wei to claim`);
  const args = [ETH_TOKEN_ID, refuser.account.address] as const;
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "claim", args });
  return Number((await sendToRollup(devnet.rollup, refuser, { name: "claim", data })).gasUsed);
}

async function setCode({ rollup }: L1BenchRollup["devnet"], { account }: L1Wallet, code: string): Promise<void> {
  await rollup.reader.request<{ Method: "anvil_setCode"; Parameters: [string, string]; ReturnType: null }>({
    method: "anvil_setCode",
    params: [account.address, code],
  });
}

async function secondOf(send: () => Promise<TransactionReceipt>): Promise<number> {
  await send();
  return Number((await send()).gasUsed);
}
