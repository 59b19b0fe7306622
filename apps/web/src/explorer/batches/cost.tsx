import type { RouteResponse } from "@cairn/rpc";
import type { ReactElement } from "react";
import { defineTexts } from "../../base/locale.ts";
import { useTokenLabels } from "../../data/tokens.ts";
import { useCheck } from "../../data/use-l1.ts";
import { useNode } from "../../data/use-node.ts";
import { Fact, Facts } from "../../ui/layout.tsx";
import { Said, type Truth } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Amount, Count } from "../../ui/values.tsx";

const TEXTS = defineTexts({
  en: {
    gas: "L1 gas",
    perTransfer: "L1 gas per transaction",
    blobGas: "Blob gas",
    paid: "Paid to L1",
    income: "Fees in it",
    none: "none",
    result: "Result in ETH",
    others: "Fees in other tokens are not counted.",
    notOurs: "Somebody else submitted this batch: this node does not know what it cost.",
  },
  de: {
    gas: "L1-Gas",
    perTransfer: "L1-Gas je Transaktion",
    blobGas: "Blob-Gas",
    paid: "An L1 gezahlt",
    income: "Gebühren darin",
    none: "keine",
    result: "Ergebnis in ETH",
    others: "Gebühren in anderen Token sind nicht gezählt.",
    notOurs: "Diesen Batch hat jemand anders eingereicht: Dieser Knoten weiß nicht, was er kostete.",
  },
});
const ETH = 0;

/** What a batch cost its submitter on L1, and the fees that its blocks credited. */
export function BatchCost({ batch }: { readonly batch: RouteResponse<"batch"> }): ReactElement {
  const texts = useTexts(TEXTS);
  const tokenOf = useTokenLabels();
  const { firstBlock, lastBlock, cost, income } = batch;
  const { data: transactions } = useNode(["transactions of batch", firstBlock], ["batch"], async (node, options) => {
    const numbers = Array.from({ length: lastBlock - firstBlock + 1 }, (_, place) => firstBlock + place);
    const blocks = await Promise.all(numbers.map((number) => node.block({ number }, options)));
    return blocks.reduce((sum, block) => sum + block.transactions, 0);
  });
  const truth = useCostTruth(batch);
  const eth = BigInt(income.find(({ tokenId }) => tokenId === ETH)?.amount ?? 0);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <Facts>
        {cost !== null && (
          <>
            <Fact name={texts.gas}>
              <Said by={truth}>
                <Count value={cost.gasUsed} />
              </Said>
            </Fact>
            {transactions !== undefined && transactions > 0 && (
              <Fact name={texts.perTransfer}>
                <Said by={truth}>
                  <Count value={Math.round(cost.gasUsed / transactions)} />
                </Said>
              </Fact>
            )}
            <Fact name={texts.blobGas}>
              <Said by={truth}>
                <Count value={cost.blobGasUsed} />
              </Said>
            </Fact>
            <Fact name={texts.paid}>
              <Said by={truth}>
                <Amount value={cost.paidWei} token={tokenOf(ETH)} />
              </Said>
            </Fact>
          </>
        )}
        <Fact name={texts.income}>
          <Said by="node">
            {income.length === 0
              ? texts.none
              : income.map(({ tokenId, amount }) => (
                  <span key={tokenId} className="mr-4">
                    <Amount value={amount} token={tokenOf(tokenId)} />
                  </span>
                ))}
          </Said>
        </Fact>
        {cost !== null && (
          <Fact name={texts.result}>
            <Said by="node">
              <Amount value={eth - BigInt(cost.paidWei)} token={tokenOf(ETH)} />
            </Said>
          </Fact>
        )}
      </Facts>
      <p className="text-xs text-soft">
        {cost === null ? texts.notOurs : income.some(({ tokenId }) => tokenId !== ETH) ? texts.others : null}
      </p>
    </div>
  );
}

/**
 * Who vouches for the cost: L1, where the batch took one transaction and its receipt says the same; the node where it counts
 * more, such as attempts that failed and payments apart, of which it does not tell the hashes.
 */
function useCostTruth({ l1Transaction, cost }: RouteResponse<"batch">): Truth {
  const { data } = useCheck(
    ["cost", l1Transaction],
    [],
    l1Transaction === null ? null : (verifier) => verifier.ask("cost", { transaction: l1Transaction }),
  );
  if (data == null || cost === null) return "node";
  const isSame =
    data.gasUsed === cost.gasUsed && data.blobGasUsed === cost.blobGasUsed && data.paidWei === BigInt(cost.paidWei);
  if (isSame) return "l1";
  const isLess = cost.gasUsed < data.gasUsed || BigInt(cost.paidWei) < data.paidWei;
  return cost.transactions <= 1 || isLess ? "refuted" : "node";
}
