import type { Chains } from "@cairn/crypto";
import type { Claim } from "@cairn/protocol";
import { type BlockWitness2, type BuiltBlock2, buildBlock2 } from "../../src/2/block-witness.ts";
import { block2InputMap } from "../../src/2/input-map.ts";
import { type Offer, type Target, target } from "./attack.ts";
import { program } from "./cache.ts";
import { compress } from "./crypto.ts";
import { historyAfter } from "./protocol-2.ts";
import { circuitRefusal } from "./refusal.ts";
import { CHAINS } from "./sample-block-2.ts";

/** How an attacker departs from the honest block; every part is optional. */
export interface Attack2 {
  readonly witness?: (witness: BlockWitness2) => void;
  /** Changes the claim, whose history by then is that of the lists in the witness. */
  readonly claim?: (claim: Claim) => Claim;
}

/** The honest block of an offer by protocol 2; refuses what the VM would not include. */
export function target2(offer: Offer): BuiltBlock2 {
  return built2(target(offer), CHAINS);
}

/** An honest block by protocol 2, with the chains before it. */
export function built2({ state, block }: Target, chains: Chains): BuiltBlock2 {
  return buildBlock2({ block, before: state, chains, compress });
}

/**
 * Proves the attacked block by execution, with the history that follows from the attacker's own lists; the message of
 * the constraint that refuses it, for a range check its source line, or null when the circuit accepts.
 */
export async function refusal2Of(honest: BuiltBlock2, attack: Attack2 = {}): Promise<string | null> {
  const witness = structuredClone(honest.witness);
  attack.witness?.(witness);
  const history = historyAfter(witness, honest.claim.firstBlock, honest.claim.firstTimestamp);
  const claim = { ...honest.claim, after: { ...honest.claim.after, history } };
  const { circuit } = await program(`2/block${honest.witness.slots.length}`);
  return circuitRefusal(circuit, block2InputMap(attack.claim?.(claim) ?? claim, witness));
}
