import { rollupAbi } from "@cairn/contracts";
import { createFastCompress } from "@cairn/crypto/fast";
import type { DevToken } from "@cairn/devnet";
import { type Holder, openScene, readApi, type Scene } from "@cairn/e2e/support";
import { payoutArguments, restoreRollup } from "@cairn/restore";
import { createMemoryStore } from "@cairn/state";
import { createTestClient, http, type TestClient } from "viem";
import { expect, vi } from "vitest";
import { WAIT } from "./stage.ts";

const ETHER = 10n ** 18n;
/** Code of a contract that takes no ETH. */
const REFUSES = "0x5f5ffd";

/** What Alice has in a rollup whose operator is gone. */
export const ALICES = {
  inEth: 2n * ETHER,
  inToken: 5_000_000n,
  /** Withdrawn, on L1, and paid by nobody. */
  unpaid: ETHER / 2n,
  /** Withdrawn, and refused when it was paid. */
  claimable: ETHER / 4n,
} as const;

/** A rollup with proven batches on L1, and without a node from now on. */
export interface DeadRollup {
  readonly scene: Scene;
  readonly token: DevToken;
  readonly alice: Holder;
  readonly bob: Holder;
  readonly anvil: TestClient;
  /** Where the node was. */
  readonly formerNode: string;
}

/**
 * People deposit, pay and withdraw with real proofs; then the node is killed for good. Of two withdrawals of Alice's one is
 * unpaid, the other was refused by her address.
 */
export async function openDeadRollup(): Promise<DeadRollup> {
  const scene = await openScene({ proofs: "real" });
  const { holders, ledger, api, l1 } = scene;
  const { reader, address } = l1.rollup;
  const token = await l1.createToken("USD", 6);
  const withdrawn = ALICES.unpaid + ALICES.claimable;
  await holders.deposit(1, ALICES.inEth + withdrawn + ETHER);
  await holders.deposit(1, ALICES.inToken, token);
  await holders.deposit(2, ETHER);
  // The last payouts are proven, but the operator does not have them paid.
  l1.proxy.dropTransactions(({ purpose }) => purpose === "pay");
  const node = await scene.start();
  const [alice, bob] = [await holders.find(api, 1), await holders.find(api, 2)];
  await ledger.submitUntilAcknowledged(api, [holders.transfer(alice, bob, ETHER)]);
  for (const amount of [ALICES.unpaid, ALICES.claimable]) {
    await ledger.submitUntilAcknowledged(api, [holders.withdraw(alice, alice.person.owner, amount)]);
  }
  const ids = ledger.acknowledged().map(({ id }) => id);
  for (const id of ids) {
    const status = async () => (await readApi(api(), "transaction", { params: { id } })).status;
    await vi.waitFor(async () => expect(await status()).toMatch(/proven|final/), WAIT);
  }
  const formerNode = api();
  await node.kill();

  const anvil = createTestClient({ mode: "anvil", chain: reader.chain, transport: http(l1.rpcUrl) });
  const owner = l1.wallet(1).account.address;
  const compress = await createFastCompress();
  const { restored } = await restoreRollup({ store: createMemoryStore(), compress, rollup: l1.rollup });
  await anvil.setCode({ address: owner, bytecode: REFUSES });
  for (let batch = 1; batch <= restored.position().batch; batch++) {
    const { payouts } = restored.batch(batch);
    const place = payouts.findIndex(({ amount }) => amount === ALICES.claimable);
    if (place < 0) continue;
    const args = payoutArguments(restored, batch, [place]);
    const hash = await l1.wallet(4).writeContract({ address, abi: rollupAbi, functionName: "pay", args });
    await reader.waitForTransactionReceipt({ hash });
  }
  await anvil.setCode({ address: owner, bytecode: "0x" });
  return { scene, token, alice, bob, anvil, formerNode };
}
