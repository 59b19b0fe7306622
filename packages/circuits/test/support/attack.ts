import { type Chains, historyOf, messageHash, sign } from "@cairn/crypto";
import {
  type Account,
  type AccountIndex,
  accountIndex,
  type BlockSize,
  blockNumber,
  CairnError,
  type Claim,
  type Domain,
  encodeFloat16,
  encodeFloat40,
  type Float40,
  type L1Operation,
  type L2Transaction,
  type Link,
  type MessageWords,
  messageWords,
  type TransactionGroup,
  type Transfer,
  type TransferToNew,
  tokenId,
  type Withdraw,
} from "@cairn/protocol";
import { createSparseState, personOf, type SparseState, signTransaction } from "@cairn/testkit";
import { type BlockTrace, type ExecutedBlock, executeBlock } from "@cairn/vm";
import { blockInputMap } from "../../src/prove/input-map.ts";
import { type BuiltBlock, buildBlock } from "../../src/witness/block.ts";
import { type BlockDraft, draftBlock } from "../../src/witness/draft.ts";
import { openBlock } from "../../src/witness/openings.ts";
import { leafWitness, signatureWitness } from "../../src/witness/parts.ts";
import type { BlockWitness, LeafWitness, SignatureWitness } from "../../src/witness/types.ts";
import { program } from "./cache.ts";
import { CRYPTO, compress } from "./crypto.ts";
import { CHAINS, chainsOf } from "./history.ts";
import { circuitRefusal } from "./refusal.ts";

/** The people of the attacked state. */
export const alice = personOf("alice");
export const bob = personOf("bob");
export const carol = personOf("carol");
export const mallory = personOf("mallory");
export const operator = personOf("operator");

export const ETH = tokenId(0);
/** A worthless token. */
export const JUNK = tokenId(1);

/** Indices of everyone's accounts; the first free index is NEXT. */
export const AT = {
  aliceEth: accountIndex(64),
  bobEth: accountIndex(65),
  carolJunk: accountIndex(66),
  malloryJunk: accountIndex(67),
  /** An account of bob without key. */
  keylessEth: accountIndex(68),
  operatorEth: accountIndex(69),
  operatorJunk: accountIndex(70),
  malloryEth: accountIndex(71),
} as const;
export const NEXT = 72;

export const DOMAIN: Domain = { chainId: 31337n, rollup: 0xca1n };
export const NOW = 1_800_000_000;
export const LATER = NOW + 3600;

const account = (owner: bigint, token: Account["tokenId"], balance: bigint, key: bigint): Account => ({
  owner,
  tokenId: token,
  nonce: 5,
  ownerKey: key !== 0n,
  balance,
  key,
});

export const ACCOUNTS: ReadonlyMap<AccountIndex, Account> = new Map([
  [AT.aliceEth, account(alice.owner, ETH, 1_000_000n, alice.key)],
  [AT.bobEth, account(bob.owner, ETH, 2_000_000n, bob.key)],
  [AT.carolJunk, account(carol.owner, JUNK, 3_000_000n, carol.key)],
  [AT.malloryJunk, account(mallory.owner, JUNK, 4_000_000n, mallory.key)],
  [AT.keylessEth, account(bob.owner, ETH, 5_000_000n, 0n)],
  [AT.operatorEth, account(operator.owner, ETH, 10n, operator.key)],
  [AT.operatorJunk, account(operator.owner, JUNK, 20n, operator.key)],
  [AT.malloryEth, account(mallory.owner, ETH, 6_000_000n, mallory.key)],
]);

/** The content of a block before it is attacked. */
export interface Offer {
  readonly l1Operations?: readonly L1Operation[];
  readonly groups?: readonly TransactionGroup[];
  readonly accounts?: ReadonlyMap<AccountIndex, Account>;
  readonly nextIndex?: number;
  readonly timestamp?: number;
  /** 16 by default. */
  readonly slotCount?: BlockSize;
  /** Number of the block, 7 by default. */
  readonly number?: number;
  /** The chains before the block. */
  readonly chains?: Chains;
}

/** An honest block, taken apart so that an attacker can change it. */
export interface Target {
  readonly state: SparseState;
  readonly block: ExecutedBlock;
  readonly trace: BlockTrace;
  readonly draft: BlockDraft;
  readonly built: BuiltBlock;
}

/** The honest block of an offer; refuses what the VM would not include. */
export function target(offer: Offer): Target {
  const { l1Operations = [], groups = [], accounts = ACCOUNTS, nextIndex = NEXT, timestamp = NOW } = offer;
  const { slotCount = 16, number = 7, chains = CHAINS } = offer;
  const state = createSparseState({ accounts, nextIndex }, compress);
  const { block, rejected, deferred } = executeBlock(
    {
      state,
      domain: DOMAIN,
      slotCount,
      blockNumber: blockNumber(number),
      timestamp,
      feeAccounts: [AT.operatorEth, AT.operatorJunk],
      verifySignature: CRYPTO.verify,
      compress,
    },
    { l1Operations, groups },
  );
  if (rejected.length > 0 || deferred.groups.length > 0) {
    throw new CairnError("test/offer-refused", rejected.map(({ reason }) => reason.type).join());
  }
  const built = buildBlock({ block, before: state, chains, compress });
  return { state, block, trace: block.trace, draft: draftBlock(block.trace, compress), built };
}

/** How an attacker departs from the honest block; every part is optional. */
export interface Attack {
  /** Changes what the slots do, before Merkle paths are taken. */
  readonly draft?: (draft: BlockDraft) => void;
  /** Changes the finished inputs. */
  readonly witness?: (witness: BlockWitness) => void;
  /** Changes what the claim says of domain, number, time and the state before the block. */
  readonly premise?: (claim: Claim) => Claim;
  /** Changes the chains after the block, which by then are those of the attacker's witness. */
  readonly chains?: (chains: Chains) => Chains;
  /** Index that the attacker claims to reach; by default the honest one. */
  readonly newNextIndex?: number;
  /** Changes the whole claim, which by then has the history of these chains and the root that the drafted steps lead to. */
  readonly claim?: (claim: Claim) => Claim;
}

/** What a prover gives the block circuit. */
export interface BlockInputs {
  readonly claim: Claim;
  readonly witness: BlockWitness;
}

/**
 * Proves the attacked block by execution; returns the message of the constraint that refuses it, for a range check its
 * source line, or null when the circuit accepts.
 */
export async function refusalOf(target: Target, attack: Attack = {}): Promise<string | null> {
  const { claim, witness } = attacked(target, attack);
  const { circuit } = await program(`block${target.trace.slotCount}`);
  return circuitRefusal(circuit, blockInputMap(claim, witness));
}

/** Inputs of the attacked block: the attacker claims what his witness leads to, unless the attack says otherwise. */
export function attacked({ state, draft, built }: Target, attack: Attack): BlockInputs {
  const { witness, newRoot } = redrafted({ state, draft, built }, attack);
  attack.witness?.(witness);
  const premise = attack.premise?.(built.claim) ?? built.claim;
  const chains = chainsOf(witness, premise.firstBlock, premise.firstTimestamp);
  const history = historyOf(attack.chains?.(chains) ?? chains, compress);
  const nextIndex = attack.newNextIndex ?? built.claim.after.nextIndex;
  const claim = { ...premise, after: { root: newRoot, nextIndex, history } };
  return { claim: attack.claim?.(claim) ?? claim, witness };
}

/** A copy of the honest witness, or the one of the changed draft, and the root that it leads to. */
function redrafted(
  { state, draft, built }: Pick<Target, "state" | "draft" | "built">,
  attack: Attack,
): { readonly witness: BlockWitness; readonly newRoot: bigint } {
  if (attack.draft === undefined) return { witness: structuredClone(built.witness), newRoot: built.claim.after.root };
  const changed = structuredClone(draft);
  attack.draft(changed);
  const { witness, newRoot } = openBlock(changed, state, compress);
  return { witness: { chains: { ...built.witness.chains }, ...witness }, newRoot };
}

/** A transfer from alice to bob with the given changes, unsigned. */
export function transfer(
  changes: Partial<Omit<Transfer, "type" | "amount">> & { amount?: bigint | Float40 } = {},
): Transfer {
  const { amount = 1000n, ...rest } = changes;
  return {
    type: "transfer",
    from: AT.aliceEth,
    to: AT.bobEth,
    toOwner: bob.owner,
    toKey: bob.key,
    nonce: 5,
    tokenId: ETH,
    amount: typeof amount === "bigint" ? encodeFloat40(amount) : amount,
    fee: encodeFloat16(10n),
    validFrom: 0,
    validUntil: LATER,
    reference: 0n,
    link: null,
    ...rest,
  };
}

/** A transfer from alice to a new account of carol. */
export function transferToNew(changes: Partial<Omit<TransferToNew, "type">> = {}): TransferToNew {
  const { to: _to, ...common } = transfer();
  return { ...common, toOwner: carol.owner, toKey: carol.key, ...changes, type: "transferToNew" };
}

/** A withdrawal of alice to carol's L1 address. */
export function withdraw(changes: Partial<Omit<Withdraw, "type">> = {}): Withdraw {
  const { type: _, to: _to, toOwner: _owner, toKey: _key, link: _link, ...common } = transfer();
  return { type: "withdraw", ...common, recipient: carol.owner, ...changes };
}

/** A group of one signed transaction. */
export function signed(transaction: L2Transaction, signer = alice): TransactionGroup {
  return [signTransaction(transaction, signer, DOMAIN, CRYPTO)];
}

/** What a slot verifies once its sender has signed the transaction. */
export function signatureOf(transaction: L2Transaction, signer = alice): SignatureWitness {
  return signatureOfWords(messageWords(transaction, DOMAIN), signer);
}

/** Like {@link signatureOf}, for words that are not those of a transaction. */
export function signatureOfWords(words: MessageWords, signer = alice): SignatureWitness {
  const message = messageHash(words);
  return signatureWitness(message, sign(message, signer.secretKey), signer.key, compress);
}

/** The leaf of an account of the attacked state. */
export function leafAt(index: AccountIndex): LeafWitness {
  return leafWitness(accountAt(index));
}

/** An account of the attacked state. */
export function accountAt(index: AccountIndex): Account {
  const found = ACCOUNTS.get(index);
  if (found === undefined) throw new CairnError("test/no-account", `no account ${index}`);
  return found;
}

/** A link without content yet. */
export const linkTo = (offset: number, content: bigint): Link => ({ offset, content });

/** The slot at a position. */
export function slotOf<Slot>({ slots }: { readonly slots: readonly Slot[] }, position: number): Slot {
  const slot = slots[position];
  if (slot === undefined) throw new CairnError("test/no-slot", `no slot ${position}`);
  return slot;
}
