import { rollupAbi } from "@cairn/contracts";
import { type Db, type SubmissionRight, storeSubmissionRight } from "@cairn/db";
import { isBadParameter, type L1Reader, type L1Rollup } from "@cairn/l1";
import { addressToBigint, bytesToHex, type Hex, LAST_CIRCUIT_TYPE, type LastCircuit } from "@cairn/protocol";
import { BaseError, ContractFunctionRevertedError, decodeErrorResult, isHex, numberToHex } from "viem";
import { wordHex } from "../json.ts";
import { type L1Clock, readL1Clock } from "../l1-clock.ts";
import type { L1Call } from "./l1-call.ts";

/** State of the contract at L1's head. */
export interface ContractView extends SubmissionRight {
  readonly clock: L1Clock;
  readonly lastBlock: number;
}

/** Reads like {@link readContractView}, and stores what others need to build only blocks that L1 can accept. */
export async function noteContractView(db: Db, rollup: L1Rollup, account: Hex, l1?: L1Clock): Promise<ContractView> {
  const view = await readContractView(rollup, account, l1);
  const { role, isOpen, isFrozen } = view;
  await storeSubmissionRight(db, { role, isOpen, isFrozen });
  return view;
}

/** Reads what the contract allows `account` to do at `l1`, by default L1's head. Throws what the RPC throws. */
export async function readContractView(rollup: L1Rollup, account: Hex, l1?: L1Clock): Promise<ContractView> {
  const contract = { address: rollup.address, abi: rollupAbi } as const;
  const { reader } = rollup;
  const clock = l1 ?? (await readL1Clock(reader));
  const [state, leader, isOpen, isFrozen] = await Promise.all([
    reader.readContract({ ...contract, functionName: "state" }),
    inNextBlock(clock, (block) => reader.readContract({ ...contract, functionName: "leader", ...block })),
    inNextBlock(clock, (block) => reader.readContract({ ...contract, functionName: "isSubmissionOpen", ...block })),
    reader.readContract({ ...contract, functionName: "isFrozen" }),
  ]);
  // Without a leader, everyone submits as one.
  const isLeader = [0n, addressToBigint(account)].includes(addressToBigint(leader));
  const role = isLeader ? "operator" : "stranger";
  return { clock, lastBlock: Number(state.lastBlock), role, isOpen: role === "operator" || isOpen, isFrozen };
}

/**
 * Why L1 would refuse the call in its next block, as the contract's error name; null when it would not. Throws what the
 * RPC throws.
 */
export async function refusalReason(
  { reader }: L1Rollup,
  account: Hex,
  call: L1Call,
  clock: L1Clock,
): Promise<string | null> {
  try {
    await inNextBlock(clock, (block) => simulate(reader, account, call, block));
    return null;
  } catch (error) {
    const reason = revertReason(error);
    if (reason === null) throw error;
    return reason;
  }
}

/** Room for the blob base fee to rise until the simulation. */
const BLOB_FEE_ROOM = 2n;
/** More than any blob costs. */
const SIMULATED_BALANCE = 10n ** 24n;

/**
 * One call as if it were sent. viem simulates only with whole blobs, where the hash is enough. L1 nodes simulate a call with
 * blobs only for an account that can pay the most it offers for them: where they can override its balance, it can.
 */
async function simulate(
  reader: L1Reader,
  account: Hex,
  { to, data, gasLimit, blob }: L1Call,
  { blockOverrides }: AtTime,
): Promise<void> {
  const gas = BigInt(gasLimit);
  if (blob === undefined) {
    await reader.call({ account, to, data, gas, ...(blockOverrides && { blockOverrides }) });
    return;
  }
  const request = {
    from: account,
    to,
    data,
    gas: numberToHex(gas),
    maxFeePerBlobGas: numberToHex(BLOB_FEE_ROOM * (await reader.getBlobBaseFee())),
    blobVersionedHashes: [bytesToHex(blob.versionedHash)],
  };
  const payer = { [account]: { balance: numberToHex(SIMULATED_BALANCE) } };
  const time = blockOverrides && { time: numberToHex(blockOverrides.time) };
  await reader.request({
    method: "eth_call",
    params: time === undefined ? [request, "latest"] : [request, "latest", payer, time],
  });
}

/** Values of a block that a simulation replaces. */
interface AtTime {
  readonly blockOverrides?: { readonly time: bigint };
}

/**
 * Calls the contract at the time of L1's next block. Some L1 nodes cannot override the time of a block, such as older
 * ones of Nethermind: there it is the time of the latest block, which delays decisions by one block.
 */
async function inNextBlock<Answer>(
  { nextTimestamp }: L1Clock,
  ask: (block: AtTime) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask({ blockOverrides: { time: BigInt(nextTimestamp) } });
  } catch (error) {
    if (!isBadParameter(error)) throw error;
    return ask({});
  }
}

/** Whether the verifier contract of a circuit accepts a proof. Throws what the RPC throws. */
export async function isProofAccepted(
  { reader, address }: L1Rollup,
  circuit: LastCircuit,
  publicInputs: readonly bigint[],
  proof: Hex,
): Promise<boolean> {
  const type = LAST_CIRCUIT_TYPE[circuit];
  const contract = { address, abi: rollupAbi } as const;
  const { verifier } = await reader.readContract({ ...contract, functionName: "circuit", args: [type] });
  try {
    const args = [proof, publicInputs.map(wordHex)] as const;
    const call = { abi: VERIFIER_ABI, functionName: "verify", args } as const;
    return await reader.readContract({ address: verifier, ...call });
  } catch (error) {
    if (error instanceof BaseError && error.walk((cause) => cause instanceof ContractFunctionRevertedError)) {
      return false;
    }
    throw error;
  }
}

const VERIFIER_ABI = [
  {
    type: "function",
    name: "verify",
    stateMutability: "view",
    inputs: [
      { name: "proof", type: "bytes" },
      { name: "publicInputs", type: "bytes32[]" },
    ],
    outputs: [{ name: "", type: "bool" }],
  },
] as const;

/** Name of the contract's error for a failed call; null when it failed for another reason. */
function revertReason(error: unknown): string | null {
  if (!(error instanceof BaseError)) return null;
  const carrier = error.walk(
    (cause) => typeof cause === "object" && cause !== null && "data" in cause && isHex(cause.data),
  );
  if (carrier === null || typeof carrier !== "object" || !("data" in carrier) || !isHex(carrier.data)) {
    return /revert/i.test(error.message) ? "reverted" : null;
  }
  try {
    return decodeErrorResult({ abi: rollupAbi, data: carrier.data }).errorName;
  } catch {
    return carrier.data.slice(0, 10);
  }
}
