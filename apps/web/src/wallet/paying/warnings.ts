import type { FoundPayee } from "./payee.ts";
import { lookalikeOf } from "./payee.ts";

/**
 * What the user should know before paying somebody. `danger`: they have to say that they mean it. `stop`: it is never meant.
 */
export type PayeeWarning =
  | { readonly level: "stop"; readonly name: "itself" | "contract" }
  | { readonly level: "danger"; readonly name: "lookalike"; readonly of: string }
  | { readonly level: "danger"; readonly name: "foreign-key" }
  | { readonly level: "note"; readonly name: "own" | "new-by-address" | "new-by-code" | "keyless" | "first-time" };

/** What is known around a payment. */
export interface Surroundings {
  /** The account that pays. */
  readonly from: number;
  readonly ownOwner: string;
  readonly knownOwners: readonly string[];
  readonly paidOwners: readonly string[];
  /** Addresses of contracts, which own nothing here: the rollup's, and those of tokens. */
  readonly contracts: readonly string[];
  readonly isContact: boolean;
}

/** What to say about a payee. */
export function warningsAbout({ payee, by, owner, isOwnerKey }: FoundPayee, around: Surroundings): PayeeWarning[] {
  const isOwner = (one: string) => one.toLowerCase() === owner.toLowerCase();
  if (payee.type === "existing" && payee.index === around.from) return [{ level: "stop", name: "itself" }];
  if (around.contracts.some(isOwner)) return [{ level: "stop", name: "contract" }];
  const warnings: PayeeWarning[] = [];
  const like = lookalikeOf(owner, around.knownOwners);
  if (like !== null) warnings.push({ level: "danger", name: "lookalike", of: like });
  // An address is never paid to such an account; somebody who names it by its number may be deceived.
  if (by === "index" && isOwnerKey === false && !isOwner(around.ownOwner))
    warnings.push({ level: "danger", name: "foreign-key" });
  if (isOwner(around.ownOwner)) warnings.push({ level: "note", name: "own" });
  if (payee.type === "new") warnings.push({ level: "note", name: by === "address" ? "new-by-address" : "new-by-code" });
  else if (payee.key === 0n) warnings.push({ level: "note", name: "keyless" });
  if (!around.isContact && !isOwner(around.ownOwner) && !around.paidOwners.some(isOwner))
    warnings.push({ level: "note", name: "first-time" });
  return warnings;
}
