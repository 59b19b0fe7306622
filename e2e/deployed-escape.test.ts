import {
  type AccountLeaf,
  type ExitArguments,
  exitArguments,
  exitManyArguments,
  type QueueRecord,
  type ReclaimArguments,
  reclaimArguments,
  rollupAbi,
} from "@cairn/contracts";
import { compress } from "@cairn/crypto";
import { type DevRollup, startDevRollup } from "@cairn/devnet";
import { createUnprovenOperator } from "@cairn/devnet/testing";
import { depositEth, type QueuedEvent, readQueue } from "@cairn/l1";
import { accountIndex, bigintToHex, FIELD_MODULUS, FIRST_ACCOUNT_INDEX, type Hex, MAX_ACCOUNTS } from "@cairn/protocol";
import { proveExits } from "@cairn/restore";
import { createMemoryStore, createStateTree, type StateTree } from "@cairn/state";
import { type ContractFunctionArgs, createTestClient, http, toHex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CACHE_DIR } from "./support/places.ts";
import { refusal } from "./support/refusal.ts";

const SLOTS = 16;
const ETHER = 10n ** 18n;
const FREEZE_DELAY_SECONDS = 7 * 24 * 3600;
const FIRST = FIRST_ACCOUNT_INDEX;
/** Owners that hold nothing on L1. */
const OWNERS = [0xa11ce00000000000000000000000000000000001n, 0xb0b0000000000000000000000000000000000002n] as const;
const LATE = 0x1a7e000000000000000000000000000000000003n;

type Escape = "freeze" | "exit" | "exitMany" | "reclaim" | "depositETH";
type Arguments<name extends Escape> = ContractFunctionArgs<typeof rollupAbi, "nonpayable" | "payable", name>;

/**
 * The escape hatch of the compiled contracts. How their last root was proven does not matter to it; the test of the
 * exit guide leaves from one with a real proof.
 */
describe("the deployed contracts without an operator", () => {
  let devnet: DevRollup;
  let tree: StateTree;
  let waiting: QueuedEvent;
  let oldRoot: Hex;

  /** Name of the error with which the contract refuses a call; null if it does not. */
  async function refusalOf<name extends Escape>(functionName: name, args: Arguments<name>): Promise<string | null> {
    const { reader, address } = devnet.rollup;
    const account = devnet.wallet(4).account;
    const call = { address, abi: rollupAbi, functionName, args, account } as Parameters<
      typeof reader.simulateContract
    >[0];
    return (await refusal(() => reader.simulateContract(call)))?.name ?? null;
  }

  const later = async (seconds: number): Promise<void> => {
    const client = createTestClient({ mode: "anvil", transport: http(devnet.rpcUrl) });
    await client.increaseTime({ seconds });
    await client.mine({ blocks: 1 });
  };

  const exitOf = (position: number): ExitArguments => {
    const { accounts, siblings } = proveExits(tree, [accountIndex(FIRST + position)]);
    const [account] = accounts;
    if (account === undefined) throw new RangeError("no account");
    return exitArguments(account, siblings);
  };

  const altered = ([account, siblings]: ExitArguments, change: Partial<AccountLeaf>): ExitArguments => [
    { ...account, ...change },
    siblings,
  ];

  const withSiblings = ([account, siblings]: ExitArguments, change: (list: Hex[]) => Hex[]): ExitArguments => [
    account,
    change([...siblings]),
  ];

  const custody = () =>
    devnet.rollup.reader.readContract({
      address: devnet.rollup.address,
      abi: rollupAbi,
      functionName: "custody",
      args: [0],
    });

  beforeAll(async () => {
    devnet = await startDevRollup({ cacheDir: CACHE_DIR, sizes: [SLOTS] });
    const { rollup } = devnet;
    for (const [i, owner] of OWNERS.entries()) {
      await depositEth(rollup, devnet.wallet(1), BigInt(i + 1) * ETHER, { owner, index: accountIndex(0), key: 0n });
    }
    const operator = await createUnprovenOperator(devnet);
    tree = operator.tree;
    oldRoot = bigintToHex(tree.root(), 32);
    await operator.publish();
    await depositEth(rollup, devnet.wallet(1), 5n * ETHER, { owner: LATE, index: accountIndex(0), key: 0n });
    const [entry] = await readQueue(rollup, OWNERS.length);
    if (entry === undefined) throw new RangeError("no entry waits");
    waiting = entry;
  });
  afterAll(() => devnet?.stop());

  it("refuse every exit before the freeze", async () => {
    expect(await refusalOf("exit", exitOf(0))).toBe("NotFrozen");
    expect(await refusalOf("reclaim", reclaimArguments(waiting.position, waiting.operation))).toBe("NotFrozen");
    expect(await refusalOf("freeze", [])).toBe("FreezeTooEarly");
  });

  it("freeze when an entry has waited for the freeze delay, and accept nothing afterwards", async () => {
    await later(FREEZE_DELAY_SECONDS + 1);
    const { reader, address } = devnet.rollup;
    const hash = await devnet.wallet(4).writeContract({ address, abi: rollupAbi, functionName: "freeze" });
    expect((await reader.waitForTransactionReceipt({ hash })).status).toBe("success");
    expect(await refusalOf("freeze", [])).toBe("RollupFrozen");
    expect(await refusalOf("depositETH", [1n, bigintToHex(LATE, 20), 0, 0n])).toBe("RollupFrozen");
  });

  it("refuse each corrupted proof and account with its own error", async () => {
    const genuine = exitOf(0);
    const [account] = genuine;
    expect(await refusalOf("exit", genuine)).toBeNull();
    const aliased = (word: Hex) => bigintToHex(BigInt(word) + FIELD_MODULUS, 32);
    const next = (word: Hex) => bigintToHex(BigInt(word) + 1n, 32);
    const replace = (at: number, change: (word: Hex) => Hex) => (list: Hex[]) =>
      list.map((word, i) => (i === at ? change(word) : word));
    const cases: readonly (readonly [arguments_: ExitArguments, error: string])[] = [
      [altered(genuine, { owner: bigintToHex(LATE, 20) }), "RootMismatch"],
      [altered(genuine, { balance: account.balance + 1n }), "RootMismatch"],
      [altered(genuine, { tokenId: 1 }), "RootMismatch"],
      [altered(genuine, { nonce: account.nonce + 1 }), "RootMismatch"],
      [altered(genuine, { flags: account.flags ^ 1 }), "RootMismatch"],
      [altered(genuine, { key: account.key + 1n }), "RootMismatch"],
      [altered(genuine, { key: account.key + FIELD_MODULUS }), "FieldOutOfRange"],
      [altered(genuine, { index: FIRST + 1 }), "RootMismatch"],
      [altered(genuine, { index: FIRST - 1 }), "IndexNotAssigned"],
      [altered(genuine, { index: FIRST + OWNERS.length }), "IndexNotAssigned"],
      [altered(genuine, { index: FIRST + MAX_ACCOUNTS }), "IndexNotAssigned"],
      [withSiblings(genuine, (list) => list.slice(3)), "ProofLengthMismatch"],
      [withSiblings(genuine, (list) => [...list, toHex(0, { size: 32 })]), "ProofLengthMismatch"],
      [withSiblings(genuine, () => []), "ProofLengthMismatch"],
      ...[0, 17, 35].flatMap((at): [ExitArguments, string][] => [
        [withSiblings(genuine, replace(at, next)), "RootMismatch"],
        [withSiblings(genuine, replace(at, aliased)), "FieldOutOfRange"],
      ]),
    ];
    for (const [arguments_, error] of cases) expect(await refusalOf("exit", arguments_)).toBe(error);
    const [, other] = exitOf(1);
    expect(await refusalOf("exit", [account, other])).toBe("RootMismatch");
  });

  it("refuse a proof under an old root", async () => {
    const empty = createStateTree({ store: createMemoryStore(), compress });
    expect(bigintToHex(empty.root(), 32)).toBe(oldRoot);
    const siblings = empty.prove(accountIndex(FIRST)).siblings.flat();
    const [account] = exitOf(0);
    const words = siblings.map((sibling) => bigintToHex(sibling, 32));
    expect(await refusalOf("exit", [account, words])).toBe("RootMismatch");
  });

  it("pay everyone out once, to the owner, and end up empty", async () => {
    const { reader, address } = devnet.rollup;
    const wallet = devnet.wallet(4);
    const { accounts, siblings } = proveExits(tree, [accountIndex(FIRST), accountIndex(FIRST + 1)]);
    const together = exitManyArguments(accounts, siblings);
    expect(await refusalOf("exitMany", [together[0], together[1].slice(1)])).toBe("ProofLengthMismatch");
    expect(await refusalOf("exitMany", [[...together[0]].reverse(), together[1]])).toBe("AccountsNotAscending");
    const hash = await wallet.writeContract({ address, abi: rollupAbi, functionName: "exitMany", args: together });
    expect((await reader.waitForTransactionReceipt({ hash })).status).toBe("success");
    for (const [i, owner] of OWNERS.entries()) {
      expect(await reader.getBalance({ address: bigintToHex(owner, 20) })).toBe(BigInt(i + 1) * ETHER);
      expect(await refusalOf("exit", exitOf(i))).toBe("AlreadyExited");
    }
    expect(await refusalOf("exitMany", together)).toBe("AlreadyExited");

    const [position, record] = reclaimArguments(waiting.position, waiting.operation);
    const forged: readonly (readonly [arguments_: ReclaimArguments, error: string])[] = [
      [[position, { ...record, amount: record.amount + 1n } satisfies QueueRecord], "QueueRecordMismatch"],
      [[position, { ...record, owner: wallet.account.address }], "QueueRecordMismatch"],
      [[position, { ...record, index: record.index + MAX_ACCOUNTS }], "QueueRecordMismatch"],
      [[position - 1n, record], "NotReclaimable"],
      [[position + 1n, record], "NotReclaimable"],
    ];
    for (const [arguments_, error] of forged) expect(await refusalOf("reclaim", arguments_)).toBe(error);
    const back = await wallet.writeContract({
      address,
      abi: rollupAbi,
      functionName: "reclaim",
      args: [position, record],
    });
    expect((await reader.waitForTransactionReceipt({ hash: back })).status).toBe("success");
    expect(await refusalOf("reclaim", [position, record])).toBe("AlreadyReclaimed");
    expect(await reader.getBalance({ address: bigintToHex(LATE, 20) })).toBeGreaterThan(5n * ETHER);
    expect(await custody()).toBe(0n);
    expect(await reader.getBalance({ address })).toBe(0n);
  });
});
