/** The program of docs/guides/sponsor-fees.md. */
// #region sponsored
import { type SignedTransactionJson, signedTransactionToJson } from "@cairn/rpc";
import { type SponsoredDraft, signSponsored, sponsorTermsFromJson, type Wallet } from "@cairn/sdk";

/** Signs a payment by the terms of a sponsor; its account need not hold anything else. */
export async function signFor(sponsor: string, wallet: Wallet, draft: SponsoredDraft): Promise<SignedTransactionJson> {
  const terms = sponsorTermsFromJson(await (await fetch(`${sponsor}/v1/terms`)).json());
  return signedTransactionToJson(signSponsored(wallet, draft, terms));
}

/** Has the sponsor pay the fee of a signed payment. */
export function askSponsor(sponsor: string, payment: SignedTransactionJson): Promise<Response> {
  return fetch(`${sponsor}/v1/payments`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(payment),
  });
}
// #endregion
