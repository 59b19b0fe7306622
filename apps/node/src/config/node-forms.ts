import { FEE_TOKENS_PER_BLOCK, TOKEN_ID_BITS } from "@cairn/protocol";
import ipaddr from "ipaddr.js";
import { z } from "zod";
import { type PageOrigins, parsePageOrigins } from "../api/origins.ts";
import { parseRateLimit, type RateLimit } from "../api/rate-limit.ts";
import { parseCrashTarget } from "../crash-points.ts";

/** Tokens in which fees are paid, with their prices: `0=1000000000000000000,1=400000000`. */
export const feeTokens = z
  .string()
  .regex(/^[0-9]+=[0-9]+(?:,[0-9]+=[0-9]+)*$/, "is not a list of token=wei")
  .transform((text, context) => {
    const tokens = text.split(",").map((pair) => {
      const [tokenId = "", weiPer1e18 = ""] = pair.split("=");
      return { tokenId: Number(tokenId), weiPer1e18: BigInt(weiPer1e18) };
    });
    const ids = tokens.map(({ tokenId }) => tokenId);
    const check = (isGood: boolean, problem: string) => {
      if (!isGood) context.addIssue(problem);
    };
    check(
      tokens.length <= FEE_TOKENS_PER_BLOCK,
      `names ${tokens.length} tokens, at most ${FEE_TOKENS_PER_BLOCK} pay fees`,
    );
    check(new Set(ids).size === ids.length, "names a token twice");
    check(
      ids.every((id) => id < 2 ** TOKEN_ID_BITS),
      "names a token id of 2^32 or more",
    );
    check(
      tokens.every(({ weiPer1e18 }) => weiPer1e18 > 0n),
      "names a price of 0",
    );
    return tokens;
  });

/** Whose web pages may use the API. */
export const pageOrigins = z.string().transform((text, context): PageOrigins => {
  const origins = parsePageOrigins(text.trim());
  if (origins === null)
    context.addIssue("is neither none, loopback nor *, nor a list of origins like https://shop.example");
  return origins ?? "none";
});

/** How many requests a client may send, null for any number. */
export const rateLimit = z.string().transform((text, context): RateLimit | null => {
  const limit = parseRateLimit(text.trim());
  if (limit === undefined) context.addIssue("is neither none nor requests/seconds, such as 600/60");
  return limit ?? null;
});

/** Addresses and networks, separated by commas, or none. */
export const networks = z.string().transform((text, context): readonly string[] => {
  if (text.trim() === "none") return [];
  const parts = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const wrong = parts.find((part) => !ipaddr.isValid(part) && !ipaddr.isValidCIDR(part));
  if (wrong !== undefined) context.addIssue(`${wrong} is neither an address nor a network such as 10.0.0.0/8`);
  return parts;
});

/** A crash point, with the visit that counts; null without one. */
export const crashTarget = z
  .string()
  .optional()
  .transform((text, context) => {
    if (text === undefined) return null;
    const target = parseCrashTarget(text);
    if (target === null) context.addIssue("is not a crash point");
    return target;
  });
