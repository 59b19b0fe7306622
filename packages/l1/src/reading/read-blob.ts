import { blobToElements } from "@cairn/blobs/format";
import { bytesToHex, isCairnError } from "@cairn/protocol";
import { l1Error } from "../errors.ts";
import { type BlobQuery, type BlobSource, MAX_CANDIDATES } from "./blob-source.ts";

/** What was wrong with a source that was asked. */
export interface BlobProblem {
  readonly source: string;
  /** It has no such blob, does not answer, or answered with another one than was asked for. */
  readonly type: "absent" | "unavailable" | "wrong";
  readonly message: string;
}

/** Checks blobs, as the KZG of `@cairn/blobs` does; a program with other work to do asks a thread. */
export interface BlobCheck {
  /** Whether a blob has this versioned hash. It is 131,072 bytes of field elements. */
  readonly isBlobOf: (hash: Uint8Array, blob: Uint8Array) => boolean | Promise<boolean>;
}

/** What reading a blob depends on. */
export interface ReadBlobDeps {
  readonly kzg: BlobCheck;
  /** Told of each source that had no right answer, for logs and metrics: a wrong one lies or is broken. */
  readonly onProblem?: (problem: BlobProblem) => void;
  readonly signal?: AbortSignal;
}

/**
 * The blob of a versioned hash from the first source that has it; each is asked once, in order. The KZG commitment of what
 * comes back is computed and compared with the hash, so no source has to be trusted; of its blobs only the first two are
 * checked, so none can keep the caller busy. Throws `l1/blob-unavailable` when no
 * source has it: `details.problems` says why, and a retry helps when one of them was unavailable.
 *
 * @example const blob = await readBlob([beacon, archive], { versionedHash, l1Block, l1Timestamp }, { kzg });
 */
export async function readBlob(
  sources: readonly BlobSource[],
  query: BlobQuery,
  { kzg, onProblem, signal }: ReadBlobDeps,
): Promise<Uint8Array> {
  const problems: BlobProblem[] = [];
  const note = (source: BlobSource, type: BlobProblem["type"], message: string): void => {
    const problem = { source: source.name, type, message };
    problems.push(problem);
    onProblem?.(problem);
  };
  for (const source of sources) {
    signal?.throwIfAborted();
    try {
      const candidates = await source.find(query, signal);
      for (const candidate of candidates.slice(0, MAX_CANDIDATES)) {
        if (await isBlobOf(kzg, query.versionedHash, candidate)) return candidate;
      }
      if (candidates.length === 0) note(source, "absent", "has no such blob");
      else note(source, "wrong", "answers with another blob than was asked for");
    } catch (error) {
      if (!isCairnError(error, "l1/unavailable")) throw error;
      note(source, "unavailable", error.message);
    }
  }
  const hash = bytesToHex(query.versionedHash);
  const reasons = problems.map(({ source, message }) => `${source} ${message}`).join("; ");
  throw l1Error("l1/blob-unavailable", `nobody has the blob ${hash} of L1 block ${query.l1Block}: ${reasons}`, {
    details: { versionedHash: hash, l1Block: query.l1Block, problems },
  });
}

/** Also false for bytes that are no blob at all. */
async function isBlobOf(kzg: BlobCheck, hash: Uint8Array, candidate: Uint8Array): Promise<boolean> {
  try {
    blobToElements(candidate);
  } catch (error) {
    if (isCairnError(error)) return false;
    throw error;
  }
  return kzg.isBlobOf(hash, candidate);
}
