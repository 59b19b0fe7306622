import type { ReactElement } from "react";
import { useAccount, useCheckedAccount } from "../../data/use-account.ts";
import { useTexts } from "../../ui/use-texts.ts";
import { AccountPath } from "../accounts/path.tsx";
import { Verdict } from "../verdict.tsx";
import { TEXTS } from "./texts.ts";
import type { Example } from "./use-example.ts";

/** The payer's account in the tree, led to L1's root in the page. */
export function StateStep({ example: { transaction } }: { readonly example: Example }): ReactElement {
  const texts = useTexts(TEXTS);
  const { from } = transaction.transaction;
  const said = useAccount(String(from));
  const { data: findings, error } = useCheckedAccount(String(from), said.data);
  if (error !== null) return <Verdict error={error} />;
  if (findings?.type === "failed") return <Verdict error={findings.error} />;
  if (findings?.type !== "verified") return <Verdict truth="checking">{texts.checking}</Verdict>;
  return (
    <>
      <Verdict truth="checked">{texts.accountShown(String(from))}</Verdict>
      <AccountPath index={from} siblings={findings.proof.siblings} root={findings.verified.root} />
    </>
  );
}
