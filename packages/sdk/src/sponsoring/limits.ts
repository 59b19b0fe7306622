import type { RequestStorage } from "../storage/storage.ts";
import { notSponsored } from "./terms.ts";

/** How much a sponsor gives. Days begin at midnight, UTC. */
export interface SponsorLimits {
  /** Fees of all payments of a day together, in the smallest unit of the sponsor's token. */
  readonly feesPerDay: bigint;
  /** Payments of an account in a day. */
  readonly paymentsPerAccount: number;
  /** Tries of a client in a day, successful or not, at one process. */
  readonly triesPerClient: number;
  /** Tokens that may be paid with; all by default. */
  readonly tokens?: readonly number[];
}

/** What was given in a day. */
interface Day {
  /** Decimal digits. */
  readonly fees: string;
  readonly accounts: Readonly<Record<string, number>>;
}

/** A payment, by what counts. */
export interface Counted {
  readonly account: number;
  readonly fee: bigint;
}

const PREFIX = "sponsor/day/";
const DAY_SECONDS = 86_400;
/** Clients that are remembered; beyond, the one that came first is forgotten, so that many cannot lock others out. */
const MAX_CLIENTS = 100_000;
const NOTHING: Day = { fees: "0", accounts: {} };

/** Counts the tries of clients, before anything is computed for them. Throws `sdk/not-sponsored` beyond the limit. */
export function createTries({ triesPerClient }: SponsorLimits, nowSeconds: () => number): (client: string) => void {
  const tries = new Map<string, number>();
  let today = dayOf(nowSeconds());
  return (client) => {
    const day = dayOf(nowSeconds());
    if (day !== today) tries.clear();
    today = day;
    const before = tries.get(client) ?? 0;
    if (before >= triesPerClient) throw limitReached(`${triesPerClient} tries a day`, "triesPerClient", nowSeconds());
    const [first] = tries.keys();
    if (before === 0 && tries.size >= MAX_CLIENTS && first !== undefined) tries.delete(first);
    tries.set(client, before + 1);
  };
}

/** What was given, in a storage, so that limits survive restarts; whoever calls holds the storage's lock. */
export interface Usage {
  /** Takes a payment's fee out of the day's, durably. Throws `sdk/not-sponsored` where a limit is reached. */
  readonly take: (payment: Counted) => Promise<void>;
  /** Puts it back: the payment will never run. */
  readonly putBack: (payment: Counted) => Promise<void>;
}

/** Usage in a storage. */
export function createUsage(limits: SponsorLimits, storage: RequestStorage, nowSeconds: () => number): Usage {
  const today = (): string => `${PREFIX}${dayOf(nowSeconds())}`;

  const read = async (): Promise<Day> => {
    const text = await storage.read(today());
    return text === null ? NOTHING : (JSON.parse(text) as Day);
  };
  const write = async (day: Day): Promise<void> => {
    const name = today();
    await storage.write(name, JSON.stringify(day));
    for (const old of await storage.names(PREFIX)) if (old !== name) await storage.remove(old);
  };

  return {
    take: async ({ account, fee }) => {
      const { fees, accounts } = await read();
      const payments = accounts[account] ?? 0;
      if (payments >= limits.paymentsPerAccount) {
        const problem = `${limits.paymentsPerAccount} payments of an account a day`;
        throw limitReached(problem, "paymentsPerAccount", nowSeconds());
      }
      const sum = BigInt(fees) + fee;
      if (sum > limits.feesPerDay) throw limitReached("the day's fees are used up", "feesPerDay", nowSeconds());
      await write({ fees: sum.toString(), accounts: { ...accounts, [account]: payments + 1 } });
    },
    putBack: async ({ account, fee }) => {
      const { fees, accounts } = await read();
      const payments = accounts[account] ?? 0;
      // Nothing of a day before.
      if (payments === 0) return;
      await write({ fees: (BigInt(fees) - fee).toString(), accounts: { ...accounts, [account]: payments - 1 } });
    },
  };
}

function dayOf(seconds: number): number {
  return Math.floor(seconds / DAY_SECONDS);
}

function limitReached(message: string, reason: string, nowSeconds: number): Error {
  return notSponsored(message, reason, { retryAfterSeconds: DAY_SECONDS - (nowSeconds % DAY_SECONDS) });
}
