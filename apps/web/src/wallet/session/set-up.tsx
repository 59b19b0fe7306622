import { lazy, type ReactElement, Suspense } from "react";
import { defineTexts } from "../../base/locale.ts";
import { useRollup } from "../../data/rollup.tsx";
import { Button } from "../../ui/button.tsx";
import { Page, Section } from "../../ui/layout.tsx";
import { Loading } from "../../ui/states.tsx";
import { type Step, Steps } from "../../ui/steps.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Hex } from "../../ui/values.tsx";
import { ChainStep } from "../ethereum/chain-step.tsx";
import { ConnectStep } from "../ethereum/connect-step.tsx";
import { useSessionState } from "./state.tsx";

const TEXTS = defineTexts({
  en: {
    title: "Your wallet",
    lead: "Your L1 wallet owns what you have here, and can always take it out. A key of its own signs payments, and stays in your browser. There is nothing to register or to activate.",
    steps: "Steps",
    connect: "Connect a wallet",
    connected: (wallet: string) => `Connected with ${wallet}`,
    changeWallet: "Use another wallet",
    chain: "The rollup's chain",
    key: "Make or open your key",
    other: "The wallet shows another account now:",
    before: "So far you were here as:",
    take: "Go on with the new account",
    back: "To stay with the old one, choose it again in the wallet.",
  },
  de: {
    title: "Ihre Wallet",
    lead: "Ihrer L1-Wallet gehört, was Sie hier haben, und sie kann es immer herausholen. Zahlungen unterschreibt ein eigener Schlüssel, der in Ihrem Browser bleibt. Es gibt nichts zu registrieren oder freizuschalten.",
    steps: "Schritte",
    connect: "Wallet verbinden",
    connected: (wallet: string) => `Verbunden mit ${wallet}`,
    changeWallet: "Andere Wallet nehmen",
    chain: "Die Kette des Rollups",
    key: "Schlüssel machen oder öffnen",
    other: "Die Wallet zeigt jetzt eine andere Adresse:",
    before: "Bisher waren Sie hier als:",
    take: "Mit der neuen Adresse weitermachen",
    back: "Um bei der alten zu bleiben, wählen Sie sie in der Wallet wieder.",
  },
});

/** Only whoever has no key yet loads it. */
const KeyStep = lazy(() => import("../keys/key-step.tsx").then(({ KeyStep }) => ({ default: KeyStep })));

/** A page of the steps to a session. */
export function SetUp(): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <Page title={texts.title} lead={texts.lead}>
      <SetUpSteps />
    </Page>
  );
}

/** The same as a part of a page, which shows something before it needs a session. */
export function SetUpSection(): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <Section title={texts.title}>
      <div className="max-w-prose text-sm text-soft">{texts.lead}</div>
      <SetUpSteps />
    </Section>
  );
}

/** The steps to a session, one after another. */
function SetUpSteps(): ReactElement {
  const texts = useTexts(TEXTS);
  const { connection, store } = useSessionState();
  const { config } = useRollup();
  const connected = connection.status === "connected" ? connection : null;
  const isOnChain = connected !== null && connected.chainId === config.chainId;
  const isChanged = connected !== null && connected.other !== null;
  const steps: readonly Step[] = [
    {
      key: "connect",
      title: connected === null ? texts.connect : texts.connected(connected.wallet.name),
      state: connected === null || isChanged ? "now" : "done",
      detail:
        connected === null ? (
          <ConnectStep />
        ) : isChanged ? (
          <OtherAccount owner={connected.owner} other={connected.other ?? connected.owner} />
        ) : (
          <p className="flex flex-wrap items-center gap-x-4 gap-y-2">
            <Hex value={connected.owner} />
            <Button onClick={store.disconnect}>{texts.changeWallet}</Button>
          </p>
        ),
    },
    {
      key: "chain",
      title: texts.chain,
      state: isOnChain ? "done" : connected === null || isChanged ? "later" : "now",
      ...(connected === null || isChanged || isOnChain ? {} : { detail: <ChainStep wallet={connected.wallet} /> }),
    },
    {
      key: "key",
      title: texts.key,
      state: isOnChain && !isChanged ? "now" : "later",
      ...(isOnChain && !isChanged
        ? {
            detail: (
              <Suspense fallback={<Loading />}>
                <KeyStep key={connected.owner} owner={connected.owner} provider={connected.wallet.provider} />
              </Suspense>
            ),
          }
        : {}),
    },
  ];
  return <Steps name={texts.steps} steps={steps} />;
}

function OtherAccount({ owner, other }: { readonly owner: string; readonly other: string }): ReactElement {
  const texts = useTexts(TEXTS);
  const { store } = useSessionState();
  return (
    <div role="alert" data-problem="other-account" className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <p>
        {texts.other} <Hex value={other} />
      </p>
      <p>
        {texts.before} <Hex value={owner} />
      </p>
      <Button kind="primary" onClick={store.takeOther}>
        {texts.take}
      </Button>
      <p className="text-soft">{texts.back}</p>
    </div>
  );
}
