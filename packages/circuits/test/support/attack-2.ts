import { blockHash, compress, extendChain, historyOf, messageHash2, sign } from "@cairn/crypto";
import {
  CairnError,
  type ChainEntry,
  type Claim,
  decodeHeaderCell,
  encodeHeaderCell,
  type L2Transaction,
  messageWords2,
  NO_TERMS,
  type SignedTerms,
  SLOT_KIND,
} from "@cairn/protocol";
import type { Person } from "@cairn/testkit";
import {
  type BlockWitness2,
  type BuiltBlock2,
  buildBlock2,
  type ExtraWitness2,
  type L1Witness,
} from "../../src/2/block-witness.ts";
import { block2InputMap } from "../../src/2/input-map.ts";
import { signatureWitness } from "../../src/witness-parts.ts";
import type { SignatureWitness } from "../../src/witness-types.ts";
import { alice, bob, carol, DOMAIN, mallory, type Offer, operator, target } from "./attack.ts";
import { program } from "./cache.ts";
import { circuitRefusal } from "./refusal.ts";
import { CHAINS } from "./sample-block-2.ts";

const PEOPLE = [alice, bob, carol, mallory, operator];
const SLOT_CELLS = 8;
const EXTRA_CELLS = 2;
const ROW_CELLS = 3;

/** How an attacker departs from the honest block; every part is optional. */
export interface Attack2 {
  readonly witness?: (witness: BlockWitness2) => void;
  /** Changes the claim, whose history by then is that of the lists in the witness. */
  readonly claim?: (claim: Claim) => Claim;
}

/** The honest block of an offer by protocol 2; refuses what the VM would not include. */
export function target2(offer: Offer): BuiltBlock2 {
  const { state, block } = target(offer);
  const signed = block.trace.slots.map((slot) => {
    if (slot.signed === null) return null;
    const signer = PEOPLE.find(({ key }) => key === slot.a.before.key);
    if (signer === undefined) throw new CairnError("test/no-account", "nobody has the key of this slot");
    const message = messageHash2(messageWords2(slot.signed.transaction, DOMAIN));
    return { terms: NO_TERMS, signature: sign(message, signer.secretKey) };
  });
  return buildBlock2({ block, before: state, chains: CHAINS, signed, compress });
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
  const history = historyAfter(honest, witness);
  const claim = { ...honest.claim, after: { ...honest.claim.after, history } };
  const { circuit } = await program("2/block16");
  return circuitRefusal(circuit, block2InputMap(attack.claim?.(claim) ?? claim, witness));
}

/** The history after a block with these lists, as the circuit would have it. */
function historyAfter({ claim, cells: honestCells }: BuiltBlock2, witness: BlockWitness2): bigint {
  const { chains } = witness;
  const cells = cellsOf(honestCells, witness.extras);
  const number = claim.firstBlock;
  return historyOf({
    data: extendChain(chains.data, rows(cells)),
    l1: extendChain(chains.l1, witness.l1Operations.filter(isL1).map(l1EntryOf)),
    payouts: extendChain(
      chains.payouts,
      witness.payouts.filter(({ target: to }) => to !== 0n).map(({ target: to, amount }) => [to, amount, 0n]),
    ),
    blocks: blockHash(chains.blocks, { number, cells }),
  });
}

/** The cells with these extras, up to the last that has an owner. */
function cellsOf(honest: readonly bigint[], extras: readonly ExtraWitness2[]): bigint[] {
  const words = extras.map(({ ownerHigh, ownerLow, keyHigh, keyMiddle, keyLow }) => [
    (ownerHigh << 104n) + (ownerLow << 48n) + keyHigh,
    (keyMiddle << 104n) + keyLow,
  ]);
  const extraCount = extras.filter(({ ownerHigh, ownerLow }) => ownerHigh + ownerLow > 0n).length;
  const used = words.slice(0, extraCount).flat();
  const header = encodeHeaderCell({ ...decodeHeaderCell(honest[0] ?? 0n), extraCount });
  const fillers = Array.from({ length: (ROW_CELLS - ((EXTRA_CELLS * extraCount) % ROW_CELLS)) % ROW_CELLS }, () => 0n);
  return [header, ...honest.slice(1, 1 + SLOT_CELLS), ...used, ...fillers];
}

function rows(cells: readonly bigint[]): ChainEntry[] {
  return Array.from({ length: cells.length / ROW_CELLS }, (_, row): ChainEntry => {
    const [x = 0n, y = 0n, z = 0n] = cells.slice(ROW_CELLS * row);
    return [x, y, z];
  });
}

function isL1({ isDeposit, isForcedWithdraw, isSetKey }: L1Witness): boolean {
  return isDeposit || isForcedWithdraw || isSetKey;
}

function l1EntryOf(operation: L1Witness): ChainEntry {
  const { isDeposit, isForcedWithdraw, owner, tokenId, amount, index, key } = operation;
  const kind = isDeposit ? SLOT_KIND.deposit : isForcedWithdraw ? SLOT_KIND.forcedWithdraw : SLOT_KIND.setKey;
  return [(BigInt(kind) << 160n) + owner, (((tokenId << 128n) + amount) << 24n) + index, key];
}
