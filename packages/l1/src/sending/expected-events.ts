import { fixedOperatorAbi, rollupAbi } from "@cairn/contracts";
import { SLOT_KIND } from "@cairn/protocol";
import {
  type Address,
  type DecodeFunctionDataReturnType,
  decodeFunctionData,
  type Hex,
  isAddressEqual,
  type Log,
  parseEventLogs,
  zeroAddress,
} from "viem";

/** The rollup and its policy. */
const ABI = [...rollupAbi, ...fixedOperatorAbi] as const;

type RollupLog = ReturnType<typeof parseEventLogs<typeof ABI, true>>[number];
type RollupFunction = DecodeFunctionDataReturnType<typeof ABI>;

/** A call as the contract saw it. */
export interface SeenCall {
  readonly from: Address;
  readonly to: Address;
  readonly data: Hex;
}

/**
 * Whether a mined call of the rollup, or of the policy that fixes its operator, emitted the events that it must emit, with the arguments of the call. Logs of
 * other contracts do not count.
 */
export function hasExpectedEvents({ from, to, data }: SeenCall, logs: readonly Log[]): boolean {
  const own = logs.filter(({ address }) => isAddressEqual(address, to));
  const events = parseEventLogs({ abi: ABI, logs: own });
  return expectedEvents(decodeFunctionData({ abi: ABI, data }), from).every((isExpected) =>
    events.some((event) => isExpected(event)),
  );
}

/** The events that each state-changing function must emit; every one of these must be matched. */
function expectedEvents(call: RollupFunction, from: Address): ((event: RollupLog) => boolean)[] {
  switch (call.functionName) {
    case "depositETH": {
      const [amount, owner, index, key] = call.args;
      return [queued({ kind: SLOT_KIND.deposit, owner, tokenId: 0, index, key, amount })];
    }
    case "deposit":
    case "depositWithPermit": {
      // The token may keep part of the amount as a fee.
      const [tokenId, , owner, index, key] = call.args;
      return [queued({ kind: SLOT_KIND.deposit, owner, tokenId, index, key })];
    }
    case "requestWithdraw": {
      const [index] = call.args;
      return [queued({ kind: SLOT_KIND.forcedWithdraw, owner: from, tokenId: 0, index, key: 0n, amount: 0n })];
    }
    case "requestSetKey": {
      const [index, key] = call.args;
      return [queued({ kind: SLOT_KIND.setKey, owner: from, tokenId: 0, index, key, amount: 0n })];
    }
    case "registerToken": {
      const [token] = call.args;
      return [({ eventName, args }) => eventName === "TokenRegistered" && isAddressEqual(args.token, token)];
    }
    case "submitBatch": {
      const [{ newRoot }] = call.args;
      return [
        ({ eventName, args }) =>
          eventName === "BatchSubmitted" && isAddressEqual(args.submitter, from) && args.header.newRoot === newRoot,
      ];
    }
    case "pay": {
      const [number] = call.args;
      return [
        ({ eventName, args }) =>
          (eventName === "PayoutPaid" || eventName === "PayoutDeferred") && args.batchNumber === number,
      ];
    }
    case "claim": {
      const [tokenId, recipient] = call.args;
      return [claimed(tokenId, from, recipient)];
    }
    case "claimFor": {
      const [tokenId, beneficiary] = call.args;
      return [claimed(tokenId, beneficiary, beneficiary)];
    }
    case "propose": {
      const [next] = call.args;
      return [
        ({ eventName, args }) =>
          eventName === "OperatorProposed" &&
          isAddressEqual(args.operator, from) &&
          isAddressEqual(args.proposed, next),
      ];
    }
    case "accept":
      return [({ eventName, args }) => eventName === "OperatorChanged" && isAddressEqual(args.operator, from)];
    case "burn":
      return [({ eventName, args }) => eventName === "OperatorChanged" && isAddressEqual(args.operator, zeroAddress)];
    case "freeze":
      return [({ eventName, args }) => eventName === "Frozen" && isAddressEqual(args.caller, from)];
    case "exit": {
      const [{ index }] = call.args;
      return [exited(index)];
    }
    case "exitMany": {
      const [accounts] = call.args;
      return accounts.map(({ index }) => exited(index));
    }
    case "reclaim": {
      const [position] = call.args;
      return [({ eventName, args }) => eventName === "Reclaimed" && args.position === position];
    }
    default:
      return [];
  }
}

function queued(wanted: {
  readonly kind: number;
  readonly owner: Address;
  readonly tokenId: number;
  readonly index: number;
  readonly key: bigint;
  readonly amount?: bigint;
}): (event: RollupLog) => boolean {
  return ({ eventName, args }) =>
    eventName === "L1OperationQueued" &&
    args.kind === wanted.kind &&
    isAddressEqual(args.owner, wanted.owner) &&
    args.tokenId === wanted.tokenId &&
    args.index === wanted.index &&
    args.key === wanted.key &&
    (wanted.amount === undefined || args.amount === wanted.amount);
}

function claimed(tokenId: number, beneficiary: Address, recipient: Address): (event: RollupLog) => boolean {
  return ({ eventName, args }) =>
    eventName === "Claimed" &&
    args.tokenId === tokenId &&
    isAddressEqual(args.beneficiary, beneficiary) &&
    isAddressEqual(args.recipient, recipient);
}

function exited(index: number): (event: RollupLog) => boolean {
  return ({ eventName, args }) => eventName === "Exited" && args.index === index;
}
