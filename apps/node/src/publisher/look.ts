import type { StoredL1Transaction } from "@cairn/db";
import type { L1Reader } from "@cairn/l1";
import { CairnError } from "@cairn/protocol";
import type { Clock } from "../clock.ts";
import type { NodeErrorCode } from "../errors.ts";
import { createHeadTracker } from "./head-tracker.ts";
import type { L1Access } from "./l1-access.ts";
import type { L1Fees } from "./raised-fees.ts";
import { createSettledNonces } from "./settled-nonces.ts";

/** How long an L1 node may show an older head, or no receipt for a used nonce, before it is believed. */
export const BEHIND_PATIENCE_MS = 30_000;

/** What is read from L1 once for all transactions of a pass. */
export interface Look {
  readonly settledBelow: number;
  /** Nonces used at the head. */
  readonly used: number;
  /** Nonces used at the settled depth. */
  readonly usedSettled: () => Promise<number>;
  /** For transactions of the same kind. */
  readonly market: (transaction: Pick<StoredL1Transaction, "blobHash">) => Promise<L1Fees | null>;
}

/** Looks at L1 for an account. Its function throws `node/l1-unavailable` for an L1 node that is behind, and what the RPC throws. */
export function createLooker(deps: {
  readonly reader: L1Reader;
  readonly access: L1Access;
  readonly clock: Clock;
  /** Confirmations (its own block included) at which an L1 transaction counts as settled. */
  readonly finalConfirmations: number;
}): () => Promise<Look> {
  const { reader, access } = deps;
  const tracker = createHeadTracker(deps.clock, BEHIND_PATIENCE_MS);
  const settledNonces = createSettledNonces(access.usedNonces);
  return async () => {
    const [latest, used] = await Promise.all([reader.getBlock({ blockTag: "latest" }), access.usedNonces("latest")]);
    if (tracker.isBehind({ number: Number(latest.number), hash: latest.hash })) {
      throw new CairnError<NodeErrorCode>("node/l1-unavailable", `the L1 node is back at block ${latest.number}`);
    }
    settledNonces.note(Number(latest.number), used);
    const settledBelow = Number(latest.number) - deps.finalConfirmations + 1;
    return {
      settledBelow,
      used,
      usedSettled: once(async () => (settledBelow < 0 ? 0 : settledNonces.at(settledBelow))),
      market: marketOfEachKind(access.marketFees),
    };
  };
}

/** The market of each kind of transaction, asked for once. */
function marketOfEachKind(ask: L1Access["marketFees"]): Look["market"] {
  const [ordinary, blob] = [once(() => ask("ordinary")), once(() => ask("blob"))];
  return ({ blobHash }) => (blobHash === null ? ordinary() : blob());
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  return () => {
    answer ??= ask();
    return answer;
  };
}
