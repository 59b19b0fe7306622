import type { ReactElement } from "react";
import { useRollup } from "../../data/rollup.tsx";
import type { AccountFindings } from "../../data/use-account.ts";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { Verdict } from "../verdict.tsx";
import { TEXTS } from "./texts.ts";

/** What the check of an account has found, and what differs. */
export function AccountVerdict({
  findings,
  error,
}: {
  readonly findings: AccountFindings | undefined;
  readonly error: Error | null;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const { verifier } = useRollup();
  if (verifier === null) return <Verdict truth="node">{texts.noL1}</Verdict>;
  if (findings === undefined) {
    return error === null ? <Verdict truth="checking">{""}</Verdict> : <Verdict error={error} />;
  }
  if (findings.type === "unproven") return <Verdict truth="older">{texts.noBatch}</Verdict>;
  const names = (fields: readonly (keyof typeof texts)[]) =>
    new Intl.ListFormat(locale).format(fields.map((field) => String(texts[field])));
  if (findings.type === "failed") {
    const { error: failure, differing } = findings;
    return (
      <>
        <Verdict error={failure} />
        {differing.length > 0 && <Verdict truth="refuted">{texts.atOdds(names(differing))}</Verdict>}
      </>
    );
  }
  const { verified, judgement } = findings;
  const block = new Intl.NumberFormat(locale).format(verified.block);
  const { truth, differing } = judgement;
  if (truth === "checked") return <Verdict truth={truth}>{texts.same(block)}</Verdict>;
  if (truth === "older") {
    return <Verdict truth={truth}>{verified.exists ? texts.newer(block) : texts.absent(block)}</Verdict>;
  }
  return <Verdict truth="refuted">{texts.differs(names(differing), block)}</Verdict>;
}
