import { createRandom, integerBelow } from "./random.ts";

/** Ways in which a request is wrong; each has one right answer. */
export const FAULTS = ["badSignature", "nonceTooLow", "nonceTooFar", "insufficientBalance", "malformed"] as const;

/** One way in which a request is wrong. */
export type Fault = (typeof FAULTS)[number];

/** One request of the load, before it is signed; accounts are positions among the benchmark's. */
export interface PlannedRequest {
  readonly sender: number;
  readonly receiver: number;
  readonly nonce: number;
  /** In the token's smallest unit. */
  readonly amount: bigint;
  /** Null for a transfer that must be accepted. */
  readonly fault: Fault | null;
}

/** Parameters of a planned load. */
export interface TrafficOptions {
  readonly seed: number;
  /** Total number of accounts; the last two only send requests that must be refused. */
  readonly accounts: number;
  readonly requests: number;
  /** Share of requests that are wrong, 0 … 1. */
  readonly invalidShare: number;
}

/** Accounts that send nothing valid under load: one has used nonce 0, the other has too little money. */
export const SPECIAL_ACCOUNTS = 2;

/** The account that has executed one transaction, so that nonce 0 is too low for it. */
export function staleAccount({ accounts }: Pick<TrafficOptions, "accounts">): number {
  return accounts - 2;
}

/** The account that executes nothing, so that its nonce is known whatever else happens. */
export function poorAccount({ accounts }: Pick<TrafficOptions, "accounts">): number {
  return accounts - 1;
}

/** More than any account can have, in the token's smallest unit. */
const TOO_MUCH = 10n ** 30n;
const NONCE_FAR_AHEAD = 100_000;
const MAX_AMOUNT = 1_000_000_000;

/**
 * The requests of a load: senders take turns, so that two transactions of one account are far apart; receivers, amounts
 * and the places of wrong requests follow from the seed.
 */
export function planTraffic(options: TrafficOptions): PlannedRequest[] {
  const random = createRandom(options.seed);
  const senders = options.accounts - SPECIAL_ACCOUNTS;
  const requests: PlannedRequest[] = [];
  let valid = 0;
  while (requests.length < options.requests) {
    const sender = valid % senders;
    const nonce = Math.floor(valid / senders);
    const receiver = (sender + 1 + integerBelow(random, senders - 1)) % senders;
    const amount = BigInt(1 + integerBelow(random, MAX_AMOUNT));
    const transfer = { sender, receiver, nonce, amount };
    if (random() >= options.invalidShare) {
      requests.push({ ...transfer, fault: null });
      valid++;
      continue;
    }
    const fault = FAULTS[integerBelow(random, FAULTS.length)] ?? "malformed";
    requests.push({ ...spoil(transfer, fault, options), fault });
  }
  return requests;
}

function spoil(
  transfer: Omit<PlannedRequest, "fault">,
  fault: Fault,
  options: TrafficOptions,
): Omit<PlannedRequest, "fault"> {
  switch (fault) {
    case "malformed":
      return transfer;
    case "badSignature":
      return { ...transfer, sender: poorAccount(options), nonce: 0 };
    case "nonceTooLow":
      return { ...transfer, sender: staleAccount(options), nonce: 0 };
    case "nonceTooFar":
      return { ...transfer, nonce: transfer.nonce + NONCE_FAR_AHEAD };
    case "insufficientBalance":
      return { ...transfer, sender: poorAccount(options), nonce: 0, amount: TOO_MUCH };
  }
}
