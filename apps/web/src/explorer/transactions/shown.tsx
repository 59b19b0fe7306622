import type { VerifiedReceipt } from "@cairn/verify";
import type { ReactElement } from "react";
import { defineTexts } from "../../base/locale.ts";
import { useTokenLabels } from "../../data/tokens.ts";
import { Fact, Facts } from "../../ui/layout.tsx";
import { Said } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Amount, At, Count } from "../../ui/values.tsx";
import { AccountLink, BlockLink } from "../names.tsx";
import { KINDS } from "./kinds.ts";

const TEXTS = defineTexts({
  en: {
    kind: "Kind",
    from: "From account",
    to: "To account",
    amount: "Amount",
    units: "of the token's smallest unit",
    whole: "the whole balance",
    fee: "Fee",
    place: "Place",
    slot: "slot",
    batch: "batch",
    time: "Time of the block",
    l1: "Asked as of L1 block",
    latest: "the latest: a reorg can still undo it",
    safe: "safe",
    finalized: "final",
  },
  de: {
    kind: "Art",
    from: "Von Konto",
    to: "An Konto",
    amount: "Betrag",
    units: "der kleinsten Einheit des Tokens",
    whole: "das ganze Guthaben",
    fee: "Gebühr",
    place: "Ort",
    slot: "Platz",
    batch: "Batch",
    time: "Zeit des Blocks",
    l1: "Gefragt nach dem Stand von L1-Block",
    latest: "der neueste: eine Reorganisation kann ihn noch aufheben",
    safe: "sicher",
    finalized: "endgültig",
  },
});
const MS_PER_SECOND = 1000;

/** What L1 vouches for by a receipt. Published words name no token: `tokenId` is the one that was signed, if it is known. */
export function ShownByReceipt({
  receipt: { word, amount, fee, block, slot, batch, timestamp, l1 },
  tokenId,
}: {
  readonly receipt: VerifiedReceipt;
  readonly tokenId?: number;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const kinds = useTexts(KINDS);
  const tokenOf = useTokenLabels();
  const units = (value: bigint) =>
    tokenId === undefined ? (
      <>
        <Count value={value} /> {texts.units}
      </>
    ) : (
      <Amount value={value} token={tokenOf(tokenId)} />
    );
  return (
    <Facts>
      <Fact name={texts.kind}>
        <Said by="checked">{kinds[word.type]}</Said>
      </Fact>
      <Fact name={texts.from}>
        <Said by="checked">
          <AccountLink index={word.from} />
        </Said>
      </Fact>
      {word.type === "transfer" && (
        <Fact name={texts.to}>
          <Said by="checked">
            <AccountLink index={word.to} />
          </Said>
        </Fact>
      )}
      <Fact name={texts.amount}>
        <Said by="checked">{amount === null ? texts.whole : units(amount)}</Said>
      </Fact>
      <Fact name={texts.fee}>
        <Said by="checked">{units(fee)}</Said>
      </Fact>
      <Fact name={texts.place}>
        <Said by="checked">
          Block <BlockLink number={block} />, {texts.slot} {slot}, {texts.batch} {batch}
        </Said>
      </Fact>
      <Fact name={texts.time}>
        <Said by="checked">
          <At ms={timestamp * MS_PER_SECOND} />
        </Said>
      </Fact>
      <Fact name={texts.l1}>
        <Said by="l1">
          <Count value={l1.block} /> ({texts[l1.finality]})
        </Said>
      </Fact>
    </Facts>
  );
}
