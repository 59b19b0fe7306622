/** A blob that someone looks for, and where L1 mentioned it. */
export interface BlobQuery {
  /** 32 bytes, as the transaction names it. */
  readonly versionedHash: Uint8Array;
  /** What it is a hash of, 48 bytes, where that is known: the check of the blob may use it. */
  readonly kzgCommitment?: Uint8Array;
  readonly l1Block: number;
  /** Of that L1 block, seconds. */
  readonly l1Timestamp: number;
}

/** Blobs that an answer to a {@link BlobQuery} may hold: the others are not looked at, since checking one takes up to seconds. */
export const MAX_CANDIDATES = 2;

/** Where blobs may be had. What a source returns is checked before it is used. */
export interface BlobSource {
  /** For people, without secrets. */
  readonly name: string;
  /**
   * Blobs that may be the one asked for, of which the first {@link MAX_CANDIDATES} count; none when the source has it no
   * longer, or not yet. Throws `l1/unavailable` when there is no usable answer, with `details.isTransient` true where
   * asking again soon may help.
   */
  readonly find: (query: BlobQuery, signal?: AbortSignal) => Promise<readonly Uint8Array[]>;
}
