import type { Vault } from "@cairn/sdk";
import { useRef, useState } from "react";
import { useSessionState } from "../session/state.tsx";
import type { KnownKey } from "./known-keys.ts";
import { openKey } from "./open-key.ts";

/** Opening a key: one at a time. */
export interface Opening {
  readonly isPending: boolean;
  readonly error: Error | null;
  /** Makes a key, has it sign a test, and begins the session. */
  readonly open: (make: (vault: Vault) => Promise<KnownKey>) => void;
  /** Does a part of it that makes no session yet. */
  readonly attempt: (work: () => Promise<void>) => void;
}

/** Opens keys of an owner. */
export function useOpening(owner: `0x${string}`): Opening {
  const { open, domain } = useSessionState();
  const isBusy = useRef(false);
  const [{ isPending, error }, setState] = useState<Pick<Opening, "isPending" | "error">>({
    isPending: false,
    error: null,
  });
  const attempt = (work: () => Promise<void>): void => {
    // A second click must not ask the wallet twice.
    if (isBusy.current) return;
    isBusy.current = true;
    setState({ isPending: true, error: null });
    work()
      .then(
        () => setState({ isPending: false, error: null }),
        (cause: unknown) =>
          setState({ isPending: false, error: cause instanceof Error ? cause : new Error(String(cause)) }),
      )
      .finally(() => {
        isBusy.current = false;
      });
  };
  return { isPending, error, attempt, open: (make) => attempt(async () => open(await openKey(owner, domain, make))) };
}
