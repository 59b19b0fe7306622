import type { RequestStorage } from "../storage/storage.ts";
import { notSponsored } from "./terms.ts";

/** How much a sponsor gives. Days begin at midnight, UTC. */
export interface SponsorLimits {
  /** Fees of all payments of a day together, in the smallest unit of the sponsor's token. */
  readonly feesPerDay: bigint;
  /** Payments of an account in a day. */
  readonly paymentsPerAccount: number;
  /** Tries of a client in a day, successful or not. */
  readonly triesPerClient: number;
  /** Tokens that may be paid with; all by default. */
  readonly tokens?: readonly number[];
}

/** What was used of a day. */
interface Day {
  /** Decimal digits. */
  readonly fees: string;
  readonly accounts: Readonly<Record<string, number>>;
  readonly clients: Readonly<Record<string, number>>;
}

const PREFIX = "sponsor/day/";
const DAY_SECONDS = 86_400;
/** Clients of a day that are told apart: anyone may have many addresses. */
const MAX_CLIENTS = 50_000;
const NOTHING: Day = { fees: "0", accounts: {}, clients: {} };

/** Limits with what was used of them; whoever calls holds the storage's lock. */
export interface Usage {
  /** Counts a try. Throws `sdk/not-sponsored` beyond the limit. */
  readonly noteTry: (client: string) => Promise<void>;
  /** Takes a payment's fee out of the day's, durably. Throws `sdk/not-sponsored` where a limit is reached. */
  readonly take: (payment: { readonly account: number; readonly fee: bigint }) => Promise<void>;
  /** Puts it back: the payment will never run. */
  readonly putBack: (payment: { readonly account: number; readonly fee: bigint }) => Promise<void>;
}

/** Usage in a storage, so that it survives restarts. */
export function createUsage(limits: SponsorLimits, storage: RequestStorage, nowSeconds: () => number): Usage {
  const today = (): string => `${PREFIX}${Math.floor(nowSeconds() / DAY_SECONDS)}`;
  const untilTomorrow = (): { readonly retryAfterSeconds: number } => ({
    retryAfterSeconds: DAY_SECONDS - (nowSeconds() % DAY_SECONDS),
  });

  const read = async (name: string): Promise<Day> => {
    const text = await storage.read(name);
    return text === null ? NOTHING : (JSON.parse(text) as Day);
  };
  const write = async (name: string, day: Day): Promise<void> => {
    await storage.write(name, JSON.stringify(day));
    for (const old of await storage.names(PREFIX)) if (old !== name) await storage.remove(old);
  };
  const add = async (account: number, payments: number, fee: bigint): Promise<void> => {
    const name = today();
    const day = await read(name);
    const count = Math.max(0, (day.accounts[account] ?? 0) + payments);
    const fees = BigInt(day.fees) + fee;
    await write(name, {
      ...day,
      fees: (fees < 0n ? 0n : fees).toString(),
      accounts: { ...day.accounts, [account]: count },
    });
  };

  return {
    noteTry: async (client) => {
      const name = today();
      const day = await read(name);
      const tries = day.clients[client] ?? 0;
      if (tries >= limits.triesPerClient) {
        throw notSponsored(`${limits.triesPerClient} tries a day`, "triesPerClient", untilTomorrow());
      }
      if (tries === 0 && Object.keys(day.clients).length >= MAX_CLIENTS) {
        throw notSponsored("too many clients today", "clients", untilTomorrow());
      }
      await write(name, { ...day, clients: { ...day.clients, [client]: tries + 1 } });
    },
    take: async ({ account, fee }) => {
      const day = await read(today());
      if ((day.accounts[account] ?? 0) >= limits.paymentsPerAccount) {
        const problem = `${limits.paymentsPerAccount} payments of an account a day`;
        throw notSponsored(problem, "paymentsPerAccount", untilTomorrow());
      }
      if (BigInt(day.fees) + fee > limits.feesPerDay) {
        throw notSponsored("the day's fees are used up", "feesPerDay", untilTomorrow());
      }
      await add(account, 1, fee);
    },
    putBack: ({ account, fee }) => add(account, -1, -fee),
  };
}
