import { type ReactElement, useMemo } from "react";
import { useRollup } from "../../data/rollup.tsx";
import { Button } from "../../ui/button.tsx";
import { Page, Section } from "../../ui/layout.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Hex } from "../../ui/values.tsx";
import { ChainStep } from "../ethereum/chain-step.tsx";
import { ConnectStep } from "../ethereum/connect-step.tsx";
import type { WalletProvider } from "../ethereum/provider.ts";
import { sessionClient } from "../session/client.ts";
import { useSessionState } from "../session/state.tsx";
import { Leave } from "./leave.tsx";
import { TEXTS } from "./texts.ts";

/** Leaves the rollup without its operator: with the L1 wallet alone, no key of this page and no node. */
export function LeavePage(): ReactElement {
  const texts = useTexts(TEXTS);
  const { config } = useRollup();
  const { connection, store } = useSessionState();
  const connected = connection.status === "connected" ? connection : null;
  return (
    <Page title={texts.title} lead={texts.lead}>
      <Section title={texts.wallet}>
        {connected === null ? (
          <ConnectStep />
        ) : (
          <p className="text-sm">
            {connected.wallet.name}: <Hex value={connected.owner} />
          </p>
        )}
        {connected !== null && connected.chainId !== config.chainId && <ChainStep wallet={connected.wallet} />}
        {connected?.other != null && (
          <div role="alert" data-problem="other-account" className="grid grid-cols-[minmax(0,1fr)] gap-2 text-sm">
            <p>
              {texts.other} <Hex value={connected.other} />
            </p>
            <Button onClick={store.takeOther}>{texts.takeOther}</Button>
          </div>
        )}
      </Section>
      {connected !== null && (
        <Connected key={connected.owner} owner={connected.owner} provider={connected.wallet.provider} />
      )}
    </Page>
  );
}

function Connected({
  owner,
  provider,
}: {
  readonly owner: `0x${string}`;
  readonly provider: WalletProvider;
}): ReactElement {
  const { config } = useRollup();
  // Without the node and the key of the page, also where there are some: neither is needed.
  const client = useMemo(
    () => sessionClient({ config, node: null, wallet: provider, owner, signer: null }),
    [config, provider, owner],
  );
  return <Leave client={client} owner={owner} />;
}
