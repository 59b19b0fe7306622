import { type Chains, compress, messageHash2, sign } from "@cairn/crypto";
import { CairnError, type Claim, type L2Transaction, messageWords2, NO_TERMS, type SignedTerms } from "@cairn/protocol";
import type { Person } from "@cairn/testkit";
import { type BlockWitness2, type BuiltBlock2, buildBlock2 } from "../../src/2/block-witness.ts";
import { block2InputMap } from "../../src/2/input-map.ts";
import { signatureWitness } from "../../src/witness-parts.ts";
import type { SignatureWitness } from "../../src/witness-types.ts";
import { alice, bob, carol, DOMAIN, mallory, type Offer, operator, type Target, target } from "./attack.ts";
import { program } from "./cache.ts";
import { historyAfter } from "./protocol-2.ts";
import { circuitRefusal } from "./refusal.ts";
import { CHAINS } from "./sample-block-2.ts";

const PEOPLE = [alice, bob, carol, mallory, operator];

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
  const signed = block.trace.slots.map((slot) => {
    if (slot.signed === null) return null;
    const signer = PEOPLE.find(({ key }) => key === slot.a.before.key);
    if (signer === undefined) throw new CairnError("test/no-account", "nobody has the key of this slot");
    const message = messageHash2(messageWords2(slot.signed.transaction, DOMAIN));
    return { terms: NO_TERMS, signature: sign(message, signer.secretKey) };
  });
  return buildBlock2({ block, before: state, chains, signed, compress });
}

/** What a slot verifies once its sender has signed the transaction by protocol 2. */
export function signature2(transaction: L2Transaction, terms: SignedTerms, signer: Person = alice): SignatureWitness {
  const message = messageHash2(messageWords2(transaction, DOMAIN, terms));
  return signatureWitness(message, sign(message, signer.secretKey), signer.key, compress);
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
  const { circuit } = await program("2/block16");
  return circuitRefusal(circuit, block2InputMap(attack.claim?.(claim) ?? claim, witness));
}
