import { fixedOperatorAbi, rollupAbi } from "@cairn/contracts";
import {
  type AbiParameter,
  concat,
  encodeAbiParameters,
  encodeEventTopics,
  encodeFunctionData,
  type Hex,
  type Log,
  toFunctionSelector,
} from "viem";
import { describe, expect, it } from "vitest";
import { hasExpectedEvents } from "./expected-events.ts";

const ROLLUP = `0x${"11".repeat(20)}` as const;
const FROM = `0x${"22".repeat(20)}` as const;
const OTHER = `0x${"33".repeat(20)}` as const;
const ZERO_HASH: Hex = `0x${"0".repeat(64)}`;

const changing = [...rollupAbi, ...fixedOperatorAbi].filter(
  (item) => item.type === "function" && item.stateMutability !== "view" && item.stateMutability !== "pure",
);

describe("events of a call", () => {
  it.each(changing.map(({ name }) => name))("are required of %s", (name) => {
    const item = changing.find((one) => one.name === name);
    if (item === undefined) throw new RangeError(name);
    const inputs: readonly AbiParameter[] = item.inputs;
    const data = concat([toFunctionSelector(item), encodeAbiParameters(inputs, inputs.map(exampleOf))]);
    expect(hasExpectedEvents({ from: FROM, to: ROLLUP, data }, [])).toBe(false);
  });

  const registering = encodeFunctionData({ abi: rollupAbi, functionName: "registerToken", args: [OTHER] });
  const registered = (address: Hex, token: Hex): Log => ({
    address,
    topics: encodeEventTopics({ abi: rollupAbi, eventName: "TokenRegistered", args: { tokenId: 7, token } }) as [Hex],
    data: "0x",
    blockHash: ZERO_HASH,
    blockNumber: 1n,
    blockTimestamp: 1n,
    logIndex: 0,
    transactionHash: ZERO_HASH,
    transactionIndex: 0,
    removed: false,
  });

  it("count when this rollup emitted them with the call's arguments", () => {
    expect(hasExpectedEvents({ from: FROM, to: ROLLUP, data: registering }, [registered(ROLLUP, OTHER)])).toBe(true);
  });

  it("do not count of another contract or with other arguments", () => {
    expect(hasExpectedEvents({ from: FROM, to: ROLLUP, data: registering }, [registered(OTHER, OTHER)])).toBe(false);
    expect(hasExpectedEvents({ from: FROM, to: ROLLUP, data: registering }, [registered(ROLLUP, FROM)])).toBe(false);
  });

  const queued = (change: Partial<Record<"amount" | "key", bigint> & Record<"index", number>>): Log => {
    const values = { amount: 5n, key: 9n, index: 0, ...change };
    return {
      ...registered(ROLLUP, OTHER),
      topics: encodeEventTopics({
        abi: rollupAbi,
        eventName: "L1OperationQueued",
        args: { position: 3n, owner: FROM, kind: 4 },
      }) as [Hex],
      data: encodeAbiParameters(
        [
          { type: "uint32" },
          { type: "uint128" },
          { type: "uint32" },
          { type: "uint256" },
          { type: "bytes32" },
          { type: "uint256" },
        ],
        [0, values.amount, values.index, values.key, ZERO_HASH, 1n],
      ),
    };
  };

  it("are compared with amount, account and key of a deposit", () => {
    const data = encodeFunctionData({ abi: rollupAbi, functionName: "depositETH", args: [5n, FROM, 0, 9n] });
    const is = (log: Log) => hasExpectedEvents({ from: FROM, to: ROLLUP, data }, [log]);
    expect(is(queued({}))).toBe(true);
    for (const change of [{ amount: 4n }, { key: 8n }, { index: 64 }]) expect(is(queued(change))).toBe(false);
  });
});

/** Some value of a type of the ABI. */
function exampleOf(parameter: AbiParameter): unknown {
  const { type } = parameter;
  if (type.endsWith("[]")) return [exampleOf({ ...parameter, type: type.slice(0, -2) })];
  if (type === "tuple" && "components" in parameter) {
    return Object.fromEntries(parameter.components.map((part) => [part.name, exampleOf(part)]));
  }
  if (type === "address") return OTHER;
  if (type === "bool") return true;
  if (type === "bytes") return "0x01";
  if (type.startsWith("bytes")) return `0x${"01".repeat(Number(type.slice(5)))}`;
  const bits = Number(type.replace("uint", ""));
  return bits <= 48 ? 1 : 1n;
}
