import { bigintToAddress } from "@cairn/protocol";

/** Which rollup a batch, an archive or a state belongs to. */
export interface RollupIdentity {
  readonly chainId: bigint;
  /** Address of the contract. */
  readonly rollup: bigint;
}

/**
 * Whether both name the same contract on the same chain.
 *
 * @example if (!isSameRollup(archive.identity, restored.identity)) return null;
 */
export function isSameRollup(left: RollupIdentity, right: RollupIdentity): boolean {
  return left.chainId === right.chainId && left.rollup === right.rollup;
}

/**
 * The identity as text, for messages.
 *
 * @example identityText({ chainId: 1n, rollup }) // "rollup 0x… on chain 1"
 */
export function identityText({ chainId, rollup }: RollupIdentity): string {
  return `rollup ${bigintToAddress(rollup)} on chain ${chainId}`;
}
