import { type ReactElement, useSyncExternalStore } from "react";
import { defineTexts } from "../../base/locale.ts";
import { useTexts } from "../../ui/use-texts.ts";
import { useSessionState } from "../session/state.tsx";
import type { AnnouncedWallet } from "./announced.ts";
import type { ConnectionProblem } from "./connection.ts";

const TEXTS = defineTexts({
  en: {
    choose: "Wallets in this browser",
    none: "No wallet has announced itself in this browser. Install one, such as MetaMask or Rabby, or open this page in the browser of your wallet; then reload it.",
    asking: (wallet: string) => `Confirm it in ${wallet}.`,
    refused: (wallet: string) =>
      `${wallet} did not connect: it was refused. Choose it again, and allow this page to see an account.`,
    busy: (wallet: string) => `${wallet} has a question open already. Open the wallet, answer it, and choose it again.`,
    "no-account": (wallet: string) => `${wallet} shows no account. Create or unlock one there, and choose it again.`,
    locked: (wallet: string) => `${wallet} is locked, or shows this page no account any more. Choose it again.`,
    absent: (wallet: string) =>
      `${wallet}, which you used last, is not there. Switch it on in the browser and reload the page, or choose another one.`,
    vanished: (wallet: string) => `${wallet} does not answer any more. Reload the page, or choose another one.`,
    failed: (wallet: string) => `${wallet} could not connect. Open the wallet, see what it says, and choose it again.`,
  },
  de: {
    choose: "Wallets in diesem Browser",
    none: "In diesem Browser hat sich keine Wallet gemeldet. Installieren Sie eine, etwa MetaMask oder Rabby, oder öffnen Sie diese Seite im Browser Ihrer Wallet; laden Sie sie dann neu.",
    asking: (wallet: string) => `Bestätigen Sie es in ${wallet}.`,
    refused: (wallet: string) =>
      `${wallet} hat sich nicht verbunden: Es wurde abgelehnt. Wählen Sie die Wallet noch einmal und erlauben Sie dieser Seite, eine Adresse zu sehen.`,
    busy: (wallet: string) =>
      `In ${wallet} ist schon eine Frage offen. Öffnen Sie die Wallet, beantworten Sie sie und wählen Sie die Wallet noch einmal.`,
    "no-account": (wallet: string) =>
      `${wallet} zeigt keine Adresse. Legen Sie dort eine an oder entsperren Sie sie und wählen Sie die Wallet noch einmal.`,
    locked: (wallet: string) =>
      `${wallet} ist gesperrt oder zeigt dieser Seite keine Adresse mehr. Wählen Sie die Wallet noch einmal.`,
    absent: (wallet: string) =>
      `${wallet}, die Sie zuletzt benutzt haben, ist nicht da. Schalten Sie sie im Browser ein und laden Sie die Seite neu, oder wählen Sie eine andere.`,
    vanished: (wallet: string) =>
      `${wallet} antwortet nicht mehr. Laden Sie die Seite neu oder wählen Sie eine andere.`,
    failed: (wallet: string) =>
      `${wallet} konnte sich nicht verbinden. Öffnen Sie die Wallet, sehen Sie nach, was sie meldet, und wählen Sie sie noch einmal.`,
  },
});

/** The wallets that announced themselves; none is chosen until the user does. */
export function ConnectStep(): ReactElement {
  const texts = useTexts(TEXTS);
  const { announced, store, connection } = useSessionState();
  const wallets = useSyncExternalStore(announced.onChange, announced.list);
  const problem = connection.status === "none" ? connection.problem : null;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      {problem !== null && <ConnectionNotice problem={problem} />}
      {connection.status === "asking" && <p role="status">{texts.asking(connection.wallet.name)}</p>}
      {wallets.length === 0 ? (
        <p className="text-soft">{texts.none}</p>
      ) : (
        <ul aria-label={texts.choose} className="flex flex-wrap gap-2">
          {wallets.map((wallet) => (
            <li key={wallet.uuid}>
              <WalletButton wallet={wallet} onClick={() => void store.connect(wallet)} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Why there is no connection, and what to do. */
export function ConnectionNotice({ problem }: { readonly problem: ConnectionProblem }): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <p role="alert" data-problem={problem.type} className="text-sm text-refuted">
      {texts[problem.type](problem.wallet)}
    </p>
  );
}

function WalletButton({
  wallet: { name, icon, rdns },
  onClick,
}: {
  readonly wallet: AnnouncedWallet;
  readonly onClick: () => void;
}): ReactElement {
  return (
    <button
      type="button"
      onClick={onClick}
      // Names can be anybody's.
      title={rdns}
      className="flex cursor-pointer items-center gap-2 rounded-sm border border-line bg-surface px-3 py-2 text-sm font-medium hover:bg-sunken"
    >
      {icon === null ? null : <img src={icon} alt="" className="size-6 rounded-sm" />}
      {name}
    </button>
  );
}
