/** The observed work at one moment, as counts of blocks. */
export interface ObservedWork {
  /** Sealed, without a proof. */
  readonly withoutProof: number;
  /** Those of them that provers can work on: the others wait for more blocks in their batch. */
  readonly inWork: number;
  /** With a proof, not accepted by L1. */
  readonly ready: number;
  /** Of this node, accepted by L1 since the previous observation. */
  readonly accepted: number;
}

/** How fast blocks are proven and accepted, as observed. */
export interface Pace {
  readonly observe: (seen: ObservedWork) => void;
  /** Seconds that each block ahead adds to the wait for a proof; grows while no proof comes. */
  readonly secondsPerBlock: () => number;
  /** Seconds from a proof until L1 has accepted it; grows while L1 accepts nothing. */
  readonly delaySeconds: () => number;
}

/** Number of observations with new proofs to average over, and of proofs below which there is no measurement. */
const WINDOW = 32;
const ENOUGH_PROOFS = 3;
/**
 * Silence of the provers, in seconds, that is ignored: before the first proof, while circuits may be compiled, and
 * later.
 */
const FIRST_PATIENCE = 300;
const MIN_PATIENCE = 60;
const DELAYS = 16;

/**
 * A pace that assumes this much per block until it has measured some, of provers that finish up to `blocksPerBatch` blocks at
 * once. `elapsedMs` must never jump.
 */
export function createPace(assumedSecondsPerBlock: number, elapsedMs: () => number, blocksPerBatch = 1): Pace {
  const bursts: { readonly seconds: number; readonly proofs: number }[] = [];
  /** Seconds with work but without a proof since the last one. */
  let silence = 0;
  /** When each ready block became so, oldest first. */
  const readySince: number[] = [];
  const delays: number[] = [];
  let acceptedAt = elapsedMs();
  let last: { readonly at: number; readonly seen: ObservedWork } | null = null;

  const measured = (): number | null => {
    const proofs = bursts.reduce((sum, burst) => sum + burst.proofs, 0);
    return proofs < ENOUGH_PROOFS ? null : bursts.reduce((sum, burst) => sum + burst.seconds, 0) / proofs;
  };
  const patience = (): number => {
    const mean = measured();
    if (mean === null) return Math.max(FIRST_PATIENCE, 3 * assumedSecondsPerBlock * blocksPerBatch);
    return Math.max(MIN_PATIENCE, 3 * mean * blocksPerBatch, ...bursts.map(({ seconds }) => seconds));
  };

  return {
    observe: (seen) => {
      const at = elapsedMs();
      if (last !== null) {
        if (last.seen.inWork > 0) silence += (at - last.at) / 1000;
        // A batch whose proof L1 refuses goes back from ready to without a proof.
        const proofs = Math.max(0, seen.ready - last.seen.ready + seen.accepted);
        if (proofs > 0) {
          bursts.push({ seconds: silence, proofs });
          if (bursts.length > WINDOW) bursts.shift();
          silence = 0;
        } else if (seen.withoutProof === 0) silence = 0;
      }
      for (const since of readySince.splice(0, seen.accepted)) delays.push((at - since) / 1000);
      delays.splice(0, Math.max(0, delays.length - DELAYS));
      while (readySince.length < seen.ready) readySince.push(at);
      readySince.length = seen.ready;
      if (seen.accepted > 0) acceptedAt = at;
      last = { at, seen };
    },
    secondsPerBlock: () => {
      const now = last !== null && last.seen.inWork > 0 ? (elapsedMs() - last.at) / 1000 : 0;
      return (measured() ?? assumedSecondsPerBlock) + Math.max(0, silence + now - patience());
    },
    delaySeconds: () => {
      const [oldest] = readySince;
      const waiting = oldest === undefined ? 0 : (elapsedMs() - Math.max(oldest, acceptedAt)) / 1000;
      return Math.max(waiting, ...delays);
    },
  };
}
