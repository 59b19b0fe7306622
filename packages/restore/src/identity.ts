import { BLOCK_SIZES, type BlockSize, bigintToAddress } from "@cairn/protocol";

/** Which rollup a batch, an archive or a state belongs to. */
export interface RollupIdentity {
  readonly chainId: bigint;
  /** Address of the contract. */
  readonly rollup: bigint;
  /** Block sizes that it accepts, ascending. */
  readonly sizes: readonly BlockSize[];
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
 * @example identityText({ chainId: 1n, rollup, sizes: [16] }) // "rollup 0x… on chain 1"
 */
export function identityText({ chainId, rollup }: RollupIdentity): string {
  return `rollup ${bigintToAddress(rollup)} on chain ${chainId}`;
}

/** Whether a number of slots is one of the protocol's. */
export function isBlockSize(slots: number): slots is BlockSize {
  return BLOCK_SIZES.some((size) => size === slots);
}
