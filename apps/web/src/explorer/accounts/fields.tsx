import type { RouteResponse } from "@cairn/rpc";
import type { ReactElement, ReactNode } from "react";
import { type Field, fieldsOfNode, fieldsOnL1 } from "../../data/compare-account.ts";
import { useTokenLabels } from "../../data/tokens.ts";
import type { AccountFindings } from "../../data/use-account.ts";
import { Fact, Facts } from "../../ui/layout.tsx";
import { Mark, Said, type Truth } from "../../ui/truth.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { Amount, Hex, tokenName } from "../../ui/values.tsx";
import { placeOf, To } from "../links.tsx";
import { Owner } from "../names.tsx";
import { TEXTS } from "./texts.ts";

/** The fields of an account, each with who vouches for it; where L1 has another value, both. */
export function AccountFields({
  account,
  findings,
}: {
  readonly account: RouteResponse<"account">;
  readonly findings: AccountFindings | undefined;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const tokenOf = useTokenLabels();
  const said = fieldsOfNode(account);
  const found = findings?.type === "verified" ? findings : null;
  const onL1 = found && fieldsOnL1(found.verified);
  const block = found === null ? "" : new Intl.NumberFormat(locale).format(found.verified.block);
  const show: Readonly<Record<Field, (value: string) => ReactNode>> = {
    balance: (value) => <Amount value={value} token={tokenOf(account.tokenId)} />,
    nonce: (value) => value,
    owner: (value) => <Owner address={value} isWhole />,
    tokenId: (value) => <To place={placeOf.token(Number(value))}>{tokenName(tokenOf(Number(value)))}</To>,
    key: (value) =>
      value === "0" ? texts.noKey : <Hex value={`0x${BigInt(value).toString(16).padStart(64, "0")}`} isWhole />,
    ownerKey: (value) => (value === "true" ? texts.yes : texts.no),
  };
  const fields: readonly Field[] = ["balance", "tokenId", "owner", "nonce", "key", "ownerKey"];
  const truthOf = (field: Field): Truth => {
    if (onL1 === null || found === null) return findings?.type === "failed" ? "refuted" : "node";
    return onL1[field] === said[field] ? "checked" : found.judgement.truth === "older" ? "older" : "refuted";
  };
  return (
    <Facts>
      {fields.map((field) => {
        const truth = truthOf(field);
        return (
          <Fact key={field} name={texts[field]}>
            {truth === "older" || (truth === "refuted" && onL1 !== null) ? (
              <span className="grid gap-1">
                <Said by={truth === "older" ? "node" : "refuted"}>{show[field](said[field])}</Said>
                {onL1 !== null && (
                  <span className="inline-flex flex-wrap items-baseline gap-x-2 text-soft">
                    {texts.onL1} {show[field](onL1[field])}
                    <Mark truth={truth === "older" ? "older" : "checked"} text={texts.provenAt(block)} />
                  </span>
                )}
              </span>
            ) : (
              <Said by={truth}>{show[field](said[field])}</Said>
            )}
          </Fact>
        );
      })}
    </Facts>
  );
}
