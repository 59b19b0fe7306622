import { bigintToAddress, bigintToHex, MAX_ACCOUNTS } from "@cairn/protocol";
import type { ReactElement } from "react";
import { useRollupOnL1 } from "../../data/use-l1.ts";
import { useRebuilt, useRebuiltState, useTokensOnL1 } from "../../data/use-restorer.ts";
import { Fact, Facts, Section } from "../../ui/layout.tsx";
import { Failed, Loading } from "../../ui/states.tsx";
import { Said, type Truth } from "../../ui/truth.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { Amount, Hex, tokenName } from "../../ui/values.tsx";
import type { RestoredAccount } from "../../workers/restorer-protocol.ts";
import { placeOf, To } from "../links.tsx";
import { Owner } from "../names.tsx";
import { Verdict } from "../verdict.tsx";
import { AccountPath } from "./path.tsx";
import { TEXTS as REBUILT } from "./rebuilt-texts.ts";
import { TEXTS } from "./texts.ts";

/** An account in the state that this page has rebuilt: without any node's word. */
export function RebuiltAccount({ index }: { readonly index: number }): ReactElement {
  const rebuilt = useTexts(REBUILT);
  const summary = useRebuiltState();
  const isPossible = index < MAX_ACCOUNTS;
  const { data, error } = useRebuilt("account", { index }, isPossible);
  if (summary === null) {
    return (
      <Verdict truth="node">
        <p>{rebuilt.notYet}</p>
        <p>
          <To place="/state">{rebuilt.rebuild}</To>
        </p>
      </Verdict>
    );
  }
  if (!isPossible) return <Verdict truth="checked">{rebuilt.absent}</Verdict>;
  if (data === undefined) return error === null ? <Loading /> : <Failed error={error} />;
  return <Found found={data} />;
}

function Found({ found }: { readonly found: RestoredAccount }): ReactElement {
  const texts = useTexts(TEXTS);
  const rebuilt = useTexts(REBUILT);
  const locale = useLocale();
  const { account, exists, index, root, siblings, l1, block } = found;
  const tokenOf = useTokensOnL1([account.tokenId]);
  const onL1 = useRollupOnL1().data;
  const truth: Truth = onL1 !== undefined && onL1.root !== root ? "older" : "checked";
  const count = (value: number) => new Intl.NumberFormat(locale).format(value);
  const path = (
    <Section title={texts.path}>
      <AccountPath index={index} siblings={siblings} root={root} />
    </Section>
  );
  if (!exists) {
    return (
      <>
        <Verdict truth={truth}>{rebuilt.absent}</Verdict>
        {path}
      </>
    );
  }
  const token = tokenOf(account.tokenId);
  return (
    <>
      <Verdict truth={truth}>{rebuilt.found(count(block), count(l1.block))}</Verdict>
      <Section title={texts.fields}>
        <Facts>
          <Fact name={texts.balance}>
            <Said by={truth}>
              <Amount value={account.balance} token={token} />
            </Said>
          </Fact>
          <Fact name={texts.tokenId}>
            <Said by={truth}>
              <To place={placeOf.token(account.tokenId)}>{tokenName(token)}</To>
            </Said>
          </Fact>
          <Fact name={texts.owner}>
            <Said by={truth}>
              <Owner address={bigintToAddress(account.owner).toLowerCase()} isWhole />
            </Said>
          </Fact>
          <Fact name={texts.nonce}>
            <Said by={truth}>{account.nonce}</Said>
          </Fact>
          <Fact name={texts.key}>
            <Said by={truth}>
              {account.key === 0n ? texts.noKey : <Hex value={bigintToHex(account.key, 32)} isWhole />}
            </Said>
          </Fact>
          <Fact name={texts.ownerKey}>
            <Said by={truth}>{account.ownerKey ? texts.yes : texts.no}</Said>
          </Fact>
        </Facts>
      </Section>
      {path}
    </>
  );
}
