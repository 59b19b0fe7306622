import type { ReactElement, ReactNode } from "react";
import { defineTexts } from "../base/locale.ts";
import { Shell } from "../shell/shell.tsx";
import { Button } from "../ui/button.tsx";
import { useLocale, useTexts } from "../ui/use-texts.ts";
import { Hex } from "../ui/values.tsx";
import { ROUTES } from "./routes.tsx";
import { useSessionState } from "./session/state.tsx";

const TEXTS = defineTexts({
  en: { wallet: "Wallet", explorer: "Explorer", lock: "Lock", account: "Your L1 account" },
  de: { wallet: "Wallet", explorer: "Explorer", lock: "Sperren", account: "Ihre L1-Adresse" },
});

/** What is around every page of the wallet. */
export function Frame({ children }: { readonly children: ReactNode }): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const sections = ROUTES.flatMap(({ path, name }) =>
    name === null
      ? []
      : [
          {
            href: path,
            name: name[locale],
            isHere: (place: string) => place === path || (path !== "/" && place.startsWith(`${path}/`)),
          },
        ],
  );
  return (
    <Shell
      name={texts.wallet}
      sections={sections}
      tool={<Account />}
      other={{ href: "./index.html", name: texts.explorer }}
    >
      {children}
    </Shell>
  );
}

/** Whose wallet is open, and what closes it. */
function Account(): ReactElement | null {
  const texts = useTexts(TEXTS);
  const { session, lock } = useSessionState();
  if (session === null) return null;
  return (
    <p className="flex items-center gap-3 text-sm" data-owner={session.owner}>
      <span className="sr-only">{texts.account}</span>
      <Hex value={session.owner} />
      <Button onClick={lock}>{texts.lock}</Button>
    </p>
  );
}
