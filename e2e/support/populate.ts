import { vi } from "vitest";
import { readApi } from "./api.ts";
import type { Holder } from "./holders.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Scene } from "./scene.ts";

const ETHER = 10n ** 18n;
const INCLUSION_TIMEOUT_MS = 120_000;

/** A running node and people with money. */
export interface Population {
  readonly node: NodeProcess;
  readonly alice: Holder;
  readonly bob: Holder;
}

/** Deposits 10 ether for two people, starts a node and waits until it has credited them; all in one block. */
export async function populate(scene: Scene, env?: Readonly<Record<string, string>>): Promise<Population> {
  for (const position of [1, 2]) await scene.holders.deposit(position, 10n * ETHER);
  const node = await scene.start(env);
  const [alice, bob] = [await scene.holders.find(scene.api, 1), await scene.holders.find(scene.api, 2)];
  return { node, alice, bob };
}

/**
 * Sends a transfer and a withdrawal, in one block, so that there is something to seal, prove, submit and pay;
 * returns the block once it is known.
 */
export async function pay(scene: Scene, { alice, bob }: Pick<Population, "alice" | "bob">): Promise<number> {
  const { holders, ledger, api } = scene;
  const transfer = holders.transfer(alice, bob, ETHER / 1000n);
  await ledger.submitUntilAcknowledged(api, [transfer, holders.withdraw(bob, scene.newRecipient(), ETHER / 1000n)]);
  const { id } = ledger.acknowledged().at(-1) ?? { id: "" };
  const inclusion = () => readApi(api(), "transaction", { params: { id } });
  return vi.waitUntil(async () => (await inclusion()).inclusion?.block, {
    timeout: INCLUSION_TIMEOUT_MS,
    interval: 50,
  });
}

/** Value of a node's metric, 0 while it has none. */
export async function readMetric(node: NodeProcess, name: string): Promise<number> {
  const { metrics } = await node.started;
  const text = await (await fetch(`${metrics}/metrics`)).text();
  return Number(new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1] ?? 0);
}
