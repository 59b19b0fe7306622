import type { ReactElement } from "react";
import { useParams } from "wouter";
import { Detail } from "../../data/detail.tsx";
import { Listing } from "../../data/listing.tsx";
import { isUnknown } from "../../data/node.ts";
import { useRollup } from "../../data/rollup.tsx";
import { StatementForm } from "../../data/statement.tsx";
import { isIndex, useAccount, useCheckedAccount } from "../../data/use-account.ts";
import { usePages } from "../../data/use-pages.ts";
import { Page, Section } from "../../ui/layout.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { EntryTable } from "../entries/entry-table.tsx";
import { AccountFields } from "./fields.tsx";
import { AccountPath } from "./path.tsx";
import { RebuiltAccount } from "./rebuilt.tsx";
import { TEXTS } from "./texts.ts";
import { AccountVerdict } from "./verdict.tsx";
import { WayOut } from "./way-out.tsx";

const PAGE = 20;

/** An account: what the node says, what L1 vouches for, and what happened to it. */
export function AccountPage(): ReactElement {
  const texts = useTexts(TEXTS);
  const { index = "" } = useParams();
  const said = useAccount(index);
  const check = useCheckedAccount(index, said.data);
  const history = usePages(["account history", index], ["entry", "block", "batch"], (node, page, options) =>
    node.accountHistory({ index, limit: PAGE, ...page }, options),
  );
  const findings = check.data;
  const { node } = useRollup();
  const isUntold = node === null || (said.data === undefined && said.error !== null && !isUnknown(said.error));
  return (
    <Page title={texts.title(index)}>
      {isUntold && isIndex(index) && <RebuiltAccount index={Number(index)} />}
      <Detail query={said}>
        {(account) => (
          <>
            <Section title={texts.check}>
              <AccountVerdict findings={findings} error={check.error} />
            </Section>
            <Section title={texts.fields}>
              <AccountFields account={account} findings={findings} />
            </Section>
            {findings?.type === "verified" && (
              <Section title={texts.path}>
                <AccountPath index={account.index} siblings={findings.proof.siblings} root={findings.verified.root} />
              </Section>
            )}
          </>
        )}
      </Detail>
      {/* Above all where no node answers; not for an account that one says there is not. */}
      {said.data !== null && isIndex(index) && <WayOut index={Number(index)} />}
      {said.data != null && (
        <Section title={texts.history} aside={<Mark truth="node" />}>
          <Listing pages={history}>
            {(answers) => <EntryTable entries={answers.flatMap(({ entries }) => entries)} />}
          </Listing>
          <StatementForm account={said.data} />
        </Section>
      )}
    </Page>
  );
}
