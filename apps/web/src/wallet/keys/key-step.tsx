import { type ReactElement, type ReactNode, useEffect, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import type { WalletProvider } from "../ethereum/provider.ts";
import { Problem } from "../problems/problem.tsx";
import { useSessionState } from "../session/state.tsx";
import { NewFileKey, OpenFileKey } from "./file-forms.tsx";
import { type KnownKey, knownKey } from "./known-keys.ts";
import { passkeySupport } from "./passkey.ts";
import { keyFromNewPasskey, keyFromPasskey } from "./passkey-key.ts";
import { keyFromWallet } from "./signature-key.ts";
import { KEY_TEXTS } from "./texts.ts";
import { useOpening } from "./use-opening.ts";

/** Makes or opens the key of an owner. */
export function KeyStep({
  owner,
  provider,
}: {
  readonly owner: `0x${string}`;
  readonly provider: WalletProvider;
}): ReactElement {
  const texts = useTexts(KEY_TEXTS);
  const { domain } = useSessionState();
  const [known] = useState(() => knownKey(owner, domain));
  const [isChoosing, setChoosing] = useState(known === null);
  if (known === null || isChoosing) {
    return (
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <Choice owner={owner} provider={provider} />
        {known !== null && <Button onClick={() => setChoosing(false)}>{texts.backToKnown}</Button>}
      </div>
    );
  }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <p>{texts.again}</p>
      <Reopen owner={owner} provider={provider} known={known} />
      <Button onClick={() => setChoosing(true)}>{texts.anotherWay}</Button>
    </div>
  );
}

/** Opens the key of an earlier visit: it must come out the same. */
function Reopen({
  owner,
  provider,
  known,
}: {
  readonly owner: `0x${string}`;
  readonly provider: WalletProvider;
  readonly known: KnownKey;
}): ReactElement {
  const texts = useTexts(KEY_TEXTS);
  const { domain } = useSessionState();
  const { isPending, error, open } = useOpening(owner);
  const { way, key, credential, file } = known;
  if (way === "file" && file !== null) return <OpenFileKey owner={owner} known={file} />;
  const isPasskey = way === "passkey";
  const again = () =>
    open(async (vault) => {
      if (isPasskey) {
        const opened = await keyFromPasskey(vault, { owner, domain, known: key, credential });
        return { ...known, credential: opened.credential };
      }
      return { ...known, key: await keyFromWallet(vault, { provider, owner, domain, known: key }) };
    });
  return (
    <>
      <Button kind="primary" onClick={again} isDisabled={isPending}>
        {isPasskey ? texts.openPasskey : texts.openSignature}
      </Button>
      {isPending && <p role="status">{isPasskey ? texts.pendingPasskey : texts.pendingSignature}</p>}
      {error !== null && <Problem error={error} />}
    </>
  );
}

function Choice({
  owner,
  provider,
}: {
  readonly owner: `0x${string}`;
  readonly provider: WalletProvider;
}): ReactElement {
  const texts = useTexts(KEY_TEXTS);
  const { domain } = useSessionState();
  const { isPending, error, open } = useOpening(owner);
  const [pending, setPending] = useState("");
  const [support, setSupport] = useState<"yes" | "no-prf" | "no-host">("no-prf");
  const [file, setFile] = useState<"new" | "have" | null>(null);
  useEffect(() => {
    let isOver = false;
    void passkeySupport().then((found) => !isOver && setSupport(found));
    return () => {
      isOver = true;
    };
  }, []);
  const passkey = (make: typeof keyFromPasskey) => () => {
    setPending(texts.pendingPasskey);
    open(async (vault) => {
      const made = await make(vault, { owner, domain, known: null, credential: null });
      return { way: "passkey", ...made, file: null };
    });
  };
  const signature = () => {
    setPending(texts.pendingSignature);
    open(async (vault) => {
      const key = await keyFromWallet(vault, { provider, owner, domain, known: null });
      return { way: "signature", key, credential: null, file: null };
    });
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      {isPending && <p role="status">{pending}</p>}
      {error !== null && <Problem error={error} />}
      {support === "yes" && (
        <Way way="passkey" title={texts.passkey} text={texts.passkeyText}>
          <Button kind="primary" onClick={passkey(keyFromNewPasskey)} isDisabled={isPending}>
            {texts.passkeyMake}
          </Button>
          <Button onClick={passkey(keyFromPasskey)} isDisabled={isPending}>
            {texts.passkeyUse}
          </Button>
        </Way>
      )}
      <Way way="signature" title={texts.signature} text={texts.signatureText}>
        <Button kind={support === "yes" ? "plain" : "primary"} onClick={signature} isDisabled={isPending}>
          {texts.signatureMake}
        </Button>
      </Way>
      <Way way="file" title={texts.file} text={texts.fileText}>
        {file === "new" && <NewFileKey owner={owner} />}
        {file === "have" && <OpenFileKey owner={owner} known={null} />}
        {file === null ? (
          <>
            <Button onClick={() => setFile("new")}>{texts.fileMake}</Button>
            <Button onClick={() => setFile("have")}>{texts.fileHave}</Button>
          </>
        ) : (
          <Button onClick={() => setFile(null)}>{texts.cancel}</Button>
        )}
      </Way>
      {support === "no-host" && <p className="text-xs text-soft">{texts.passkeyNoHost}</p>}
    </div>
  );
}

function Way({
  way,
  title,
  text,
  children,
}: {
  readonly way: string;
  readonly title: string;
  readonly text: string;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <section aria-label={title} data-way={way} className="card grid grid-cols-[minmax(0,1fr)] gap-3 px-4 py-3.5">
      <h2 className="font-semibold">{title}</h2>
      <p className="max-w-prose text-soft">{text}</p>
      <div className="flex flex-wrap items-center gap-2">{children}</div>
    </section>
  );
}
