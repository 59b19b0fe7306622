import type { RouteResponse } from "@cairn/rpc";
import type { ReactElement } from "react";
import { useParams } from "wouter";
import { defineTexts } from "../../base/locale.ts";
import { Detail } from "../../data/detail.tsx";
import { useNode } from "../../data/use-node.ts";
import { usePages } from "../../data/use-pages.ts";
import { Fact, Facts, Page } from "../../ui/layout.tsx";
import { type Column, DataTable } from "../../ui/table.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Hex } from "../../ui/values.tsx";
import { placeOf, To } from "../links.tsx";
import { ListPage } from "../list-page.tsx";

const TEXTS = defineTexts({
  en: {
    title: "Tokens",
    lead: "Anyone can register a token. Its symbol is what its contract says: the number is what counts.",
    token: (id: string) => `Token ${id}`,
    number: "Number",
    symbol: "Symbol",
    contract: "Contract",
    native: "none, it is ETH",
    decimals: "Decimals",
    unknown: "its contract does not say",
    fees: "Fees in it",
    yes: "accepted",
    no: "not accepted",
    warning: "Beware",
    resembles: (symbol: string) => `could be taken for ${symbol}`,
    altered: "characters of its symbol were replaced",
    empty: "No tokens.",
  },
  de: {
    title: "Token",
    lead: "Jeder kann einen Token eintragen. Sein Kürzel ist, was sein Vertrag sagt: Was zählt, ist die Nummer.",
    token: (id: string) => `Token ${id}`,
    number: "Nummer",
    symbol: "Kürzel",
    contract: "Vertrag",
    native: "keiner, es ist ETH",
    decimals: "Nachkommastellen",
    unknown: "sagt sein Vertrag nicht",
    fees: "Gebühren darin",
    yes: "angenommen",
    no: "nicht angenommen",
    warning: "Vorsicht",
    resembles: (symbol: string) => `kann mit ${symbol} verwechselt werden`,
    altered: "Zeichen seines Kürzels wurden ersetzt",
    empty: "Keine Token.",
  },
});
const PAGE = 100;

type Token = RouteResponse<"token">;

/** All tokens, by number. */
export function TokensPage(): ReactElement {
  const texts = useTexts(TEXTS);
  const pages = usePages(["tokens"], [], (node, page, options) => node.tokens({ limit: PAGE, ...page }, options));
  const columns: readonly Column<Token>[] = [
    { name: texts.number, cell: ({ id }) => <To place={placeOf.token(id)}>{id}</To> },
    { name: texts.symbol, cell: ({ symbol }) => symbol ?? "–" },
    {
      name: texts.contract,
      from: "sm",
      cell: ({ address }) => (address === null ? texts.native : <Hex value={address} />),
    },
    { name: texts.decimals, isNumber: true, from: "md", cell: ({ decimals }) => decimals ?? "–" },
    { name: texts.fees, cell: ({ paysFees }) => (paysFees ? texts.yes : texts.no) },
  ];
  return (
    <ListPage texts={texts} pages={pages}>
      {(answers) => (
        <DataTable
          name={texts.title}
          columns={columns}
          rows={answers.flatMap(({ tokens }) => tokens)}
          keyOf={({ id }) => id}
          empty={texts.empty}
        />
      )}
    </ListPage>
  );
}

/** A token as its contract describes itself. */
export function TokenPage(): ReactElement {
  const texts = useTexts(TEXTS);
  const { id = "" } = useParams();
  const query = useNode(["token", id], [], (node, options) => node.token({ id }, options));
  return (
    <Page title={texts.token(id)} lead={<Mark truth="node" />}>
      <Detail query={query}>
        {({ symbol, address, decimals, paysFees, resembles, isSymbolAltered }) => (
          <Facts>
            <Fact name={texts.symbol}>{symbol ?? texts.unknown}</Fact>
            <Fact name={texts.contract}>{address === null ? texts.native : <Hex value={address} isWhole />}</Fact>
            <Fact name={texts.decimals}>{decimals ?? texts.unknown}</Fact>
            <Fact name={texts.fees}>{paysFees ? texts.yes : texts.no}</Fact>
            {(resembles !== null || isSymbolAltered) && (
              <Fact name={texts.warning}>
                <strong className="text-older">
                  {resembles === null ? texts.altered : texts.resembles(resembles)}
                </strong>
              </Fact>
            )}
          </Facts>
        )}
      </Detail>
    </Page>
  );
}
