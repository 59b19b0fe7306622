import { type CommittedBlob, versionedHash } from "@cairn/blobs/format";
import { isSameBytes } from "@cairn/protocol";
import { delay } from "../delay.ts";
import type { BlobCheck } from "./read-blob.ts";
import type { BlobAccess } from "./submission.ts";

/** Checks of blobs that are read many at a time. */
export interface GatheredChecks {
  /** For what {@link GatheredChecks.reading} reads, and nothing else: its checks are made when they are needed. */
  readonly blobs: BlobAccess | undefined;
  /** Reads something for which blobs may have to be checked. */
  readonly reading: <T>(read: () => Promise<T>) => Promise<T>;
  /**
   * Waits for one of the readings. Only then are blobs checked: when all readings that are under way have come to their check,
   * or when the others have had {@link PATIENCE_MS}.
   */
  readonly needed: <T>(result: Promise<T>) => Promise<T>;
}

/** How long blobs wait for a reading that is slower than the others; about as long as a check takes. */
const PATIENCE_MS = 1000;

/** A blob whose check someone awaits. */
interface Waiting extends CommittedBlob {
  readonly hash: Uint8Array;
  readonly resolve: (isRight: boolean | Promise<boolean>) => void;
}

/**
 * Checks the blobs of concurrent readings together, which takes little longer than checking one (ADR 0041). If one of them is
 * wrong, each is checked alone, so that a source that lies is named, and costs the others one check more than without
 * gathering. At most as many blobs wait as there are readings.
 *
 * @example
 * const { blobs, reading, needed } = gatherChecks(access);
 * const contents = events.map((event) => reading(() => readPublishedBatch(l1, event, blobs)));
 * for (const content of contents) use(await needed(content));
 */
export function gatherChecks(access: BlobAccess | undefined): GatheredChecks {
  let waiting: Waiting[] = [];
  let [underWay, wanted] = [0, 0];

  const checkWaiting = (): void => {
    const group = waiting;
    if (access === undefined || group.length === 0) return;
    waiting = [];
    const results = checkTogether(access.kzg, group);
    group.forEach(({ resolve }, i) => {
      resolve(results.then((areRight) => areRight[i] ?? false));
    });
  };
  const checkIfAllWait = (): void => {
    if (wanted > 0 && waiting.length === underWay) checkWaiting();
  };
  const gathering = ({ isBlobOf, areCommitted }: BlobCheck): BlobCheck => ({
    isBlobOf: (hash, blob, commitment) => {
      const isKnown = commitment !== undefined && isSameBytes(versionedHash(commitment), hash);
      if (areCommitted === undefined || !isKnown) return isBlobOf(hash, blob);
      return new Promise((resolve) => {
        waiting.push({ hash, blob, commitment, resolve });
        checkIfAllWait();
      });
    },
  });

  return {
    blobs: access === undefined ? undefined : { ...access, kzg: gathering(access.kzg) },
    reading: async (read) => {
      underWay++;
      try {
        return await read();
      } finally {
        underWay--;
        checkIfAllWait();
      }
    },
    needed: async (result) => {
      wanted++;
      const patience = setInterval(checkWaiting, PATIENCE_MS);
      try {
        checkIfAllWait();
        return await result;
      } finally {
        clearInterval(patience);
        wanted--;
      }
    },
  };
}

/** Whether each blob of a group is right. */
async function checkTogether(kzg: BlobCheck, group: readonly Waiting[]): Promise<readonly boolean[]> {
  // A thread that checks them can be sent nothing else.
  const blobs = group.map(({ blob, commitment }) => ({ blob, commitment }));
  if (blobs.length > 1 && (await kzg.areCommitted?.(blobs))) return group.map(() => true);
  const areRight: boolean[] = [];
  for (const { hash, blob } of group) {
    // Requests and timers have their turn: a check takes half a second.
    if (areRight.length > 0) await delay(0);
    areRight.push(await kzg.isBlobOf(hash, blob));
  }
  return areRight;
}
