import { type ReactElement, useState } from "react";
import { defineTexts } from "../../base/locale.ts";
import { useRollup } from "../../data/rollup.tsx";
import { Button } from "../../ui/button.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { switchChain } from "./chain.ts";
import type { WalletProvider } from "./provider.ts";

const TEXTS = defineTexts({
  en: {
    wrong: (wallet: string, chain: number) => `${wallet} is on another chain. The rollup is on chain ${chain}.`,
    change: "Change the chain in the wallet",
    refused: (chain: number) =>
      `The wallet did not change. Open it, choose chain ${chain} there, and come back; or try again.`,
  },
  de: {
    wrong: (wallet: string, chain: number) =>
      `${wallet} ist auf einer anderen Kette. Der Rollup ist auf Kette ${chain}.`,
    change: "Kette in der Wallet wechseln",
    refused: (chain: number) =>
      `Die Wallet hat nicht gewechselt. Öffnen Sie sie, wählen Sie dort Kette ${chain} und kommen Sie zurück, oder versuchen Sie es noch einmal.`,
  },
});

/** Offers to take a wallet to the rollup's chain. */
export function ChainStep({
  wallet: { name, provider },
}: {
  readonly wallet: { readonly name: string; readonly provider: WalletProvider };
}): ReactElement {
  const texts = useTexts(TEXTS);
  const { config } = useRollup();
  const [isRefused, setRefused] = useState(false);
  const change = () => {
    setRefused(false);
    switchChain(provider, config).catch(() => setRefused(true));
  };
  return (
    <div data-chain="wrong" className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <p>{texts.wrong(name, config.chainId)}</p>
      {isRefused && (
        <p role="alert" className="text-sm text-refuted">
          {texts.refused(config.chainId)}
        </p>
      )}
      <Button kind="primary" onClick={change}>
        {texts.change}
      </Button>
    </div>
  );
}
