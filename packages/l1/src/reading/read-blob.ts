import { blobToElements, type CommittedBlob } from "@cairn/blobs/format";
import { bytesToHex, type CairnError, isCairnError } from "@cairn/protocol";
import { delay } from "../delay.ts";
import { type L1ErrorCode, l1Error } from "../errors.ts";
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
  /**
   * Whether a blob has this versioned hash. It is 131,072 bytes of field elements. The commitment, if given, may be used
   * where the hash is its hash.
   */
  readonly isBlobOf: (hash: Uint8Array, blob: Uint8Array, commitment?: Uint8Array) => boolean | Promise<boolean>;
  /** Whether each blob has its commitment, in little more time for many than for one; without it, each is checked alone. */
  readonly areCommitted?: (blobs: readonly CommittedBlob[]) => boolean | Promise<boolean>;
}

/** What reading a blob depends on. */
export interface ReadBlobDeps {
  readonly kzg: BlobCheck;
  /** Told of each source that had no right answer, for logs and metrics: a wrong one lies or is broken. */
  readonly onProblem?: (problem: BlobProblem) => void;
  readonly signal?: AbortSignal;
  /** How often a source is asked that is busy or does not answer; 3 by default. */
  readonly attempts?: number;
  /** Waits between attempts; by default with the platform's timers. */
  readonly sleep?: (ms: number) => Promise<void>;
}

const ATTEMPTS = 3;
const FIRST_DELAY_MS = 1000;
const DELAY_GROWTH = 4;

/** What came of asking a source. */
type Asked =
  | { readonly type: "found"; readonly blob: Uint8Array }
  | { readonly type: "problem"; readonly problem: BlobProblem; readonly isTransient: boolean };

/**
 * The blob of a versioned hash from the first source that has it. They are asked in order; when all have failed, those that
 * were busy or did not answer are asked again, after a pause. What comes back is compared with the hash by way of its KZG
 * commitment, so no source has to be trusted; of its blobs only the first two are checked, so none can keep the caller
 * busy. Throws `l1/blob-unavailable` when no source has it: `details.problems` says why, and a retry helps when one of them
 * was unavailable.
 *
 * @example const blob = await readBlob([beacon, archive], { versionedHash, l1Block, l1Timestamp }, { kzg });
 */
export async function readBlob(
  sources: readonly BlobSource[],
  query: BlobQuery,
  deps: ReadBlobDeps,
): Promise<Uint8Array> {
  const { onProblem, signal, attempts = ATTEMPTS } = deps;
  const sleep = deps.sleep ?? ((ms: number) => delay(ms, signal));
  const problems = new Map<BlobSource, BlobProblem>();
  let toAsk = sources;
  for (let attempt = 1; toAsk.length > 0 && attempt <= attempts; attempt++) {
    if (attempt > 1) await sleep(FIRST_DELAY_MS * DELAY_GROWTH ** (attempt - 2));
    const transient: BlobSource[] = [];
    for (const source of toAsk) {
      signal?.throwIfAborted();
      const asked = await ask(source, query, deps);
      if (asked.type === "found") return asked.blob;
      problems.set(source, asked.problem);
      onProblem?.(asked.problem);
      if (asked.isTransient) transient.push(source);
    }
    toAsk = transient;
  }
  throw nobodyHas(query, [...problems.values()]);
}

async function ask(source: BlobSource, query: BlobQuery, { kzg, signal }: ReadBlobDeps): Promise<Asked> {
  const failed = (type: BlobProblem["type"], message: string, isTransient = false): Asked => {
    return { type: "problem", problem: { source: source.name, type, message }, isTransient };
  };
  try {
    const candidates = await source.find(query, signal);
    for (const blob of candidates.slice(0, MAX_CANDIDATES)) {
      const isRight = await isBlobOf(kzg, query, blob);
      signal?.throwIfAborted();
      if (isRight) return { type: "found", blob };
    }
    if (candidates.length === 0) return failed("absent", "has no such blob");
    return failed("wrong", "answers with another blob than was asked for");
  } catch (error) {
    if (!isCairnError(error, "l1/unavailable")) throw error;
    return failed("unavailable", error.message, error.details.isTransient === true);
  }
}

function nobodyHas({ versionedHash, l1Block }: BlobQuery, problems: readonly BlobProblem[]): CairnError<L1ErrorCode> {
  const hash = bytesToHex(versionedHash);
  const reasons = problems.map(({ source, message }) => `${source} ${message}`).join("; ");
  return l1Error("l1/blob-unavailable", `nobody has the blob ${hash} of L1 block ${l1Block}: ${reasons}`, {
    details: { versionedHash: hash, l1Block, problems },
  });
}

/** Also false for bytes that are no blob at all. */
async function isBlobOf(
  kzg: BlobCheck,
  { versionedHash, kzgCommitment }: BlobQuery,
  candidate: Uint8Array,
): Promise<boolean> {
  try {
    blobToElements(candidate);
  } catch (error) {
    if (isCairnError(error)) return false;
    throw error;
  }
  return kzg.isBlobOf(versionedHash, candidate, kzgCommitment);
}
