import type { L2Transaction } from "@cairn/protocol";
import type { RequestStorage } from "../storage/storage.ts";
import { linkToSponsor, type SponsorTerms, sponsorTermsFromJson, sponsorTermsToJson } from "./terms.ts";

/** Terms, and until when payments may be linked to them. */
interface Told {
  readonly terms: object;
  /** Seconds since the epoch. */
  readonly until: number;
}

const NAME = "sponsor/terms";
/** How long a payment that was signed for earlier fees is taken. */
const HELD_SECONDS = 600;
/** Their time is not written again for less. */
const STEP_SECONDS = 60;
/** Fees follow L1's gas price, so there are as many as it has had values. */
const MAX_TOLD = 1000;

/** What was told to users lately, known to every process with the storage, and after a restart. */
export interface ToldTerms {
  /** From now on payments may be linked to these terms, for some minutes. */
  readonly remember: (terms: SponsorTerms) => Promise<void>;
  /** The fee of the terms to which a payment is linked; null when they were not told, or too long ago. */
  readonly feeFor: (payment: Exclude<L2Transaction, { readonly type: "withdraw" }>) => Promise<bigint | null>;
}

/** Terms in a storage. Asking again and again adds nothing to it, so nobody can push out what others were told. */
export function createToldTerms(storage: RequestStorage, nowSeconds: () => number): ToldTerms {
  const read = async (): Promise<readonly Told[]> => {
    const text = await storage.read(NAME);
    const all = text === null ? [] : (JSON.parse(text) as readonly Told[]);
    return all.filter(({ until }) => until > nowSeconds());
  };
  return {
    remember: (terms) =>
      storage.locked(NAME, async () => {
        const told = await read();
        const json = sponsorTermsToJson(terms);
        const isSame = (one: Told): boolean => JSON.stringify(one.terms) === JSON.stringify(json);
        const until = nowSeconds() + HELD_SECONDS;
        if (told.some((one) => isSame(one) && one.until > until - STEP_SECONDS)) return;
        const others = told.filter((one) => !isSame(one)).slice(1 - MAX_TOLD);
        await storage.write(NAME, JSON.stringify([...others, { terms: json, until }]));
      }),
    feeFor: async ({ type, link }) => {
      for (const { terms } of await read()) {
        const offered = sponsorTermsFromJson(terms);
        const fee = offered.fees[type];
        const expected = linkToSponsor(offered, fee);
        if (link?.offset === expected.offset && link.content === expected.content) return fee;
      }
      return null;
    },
  };
}
