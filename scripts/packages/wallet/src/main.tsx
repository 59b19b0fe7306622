// #region main
// src/main.tsx
import { CairnProvider } from "@cairn/react";
import type { Signer } from "@cairn/sdk";
import { StrictMode, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import type { Address } from "viem";
import { connect } from "./client.ts";
import { Leave } from "./leave.tsx";
import { NODE } from "./settings.ts";
import { Unlock } from "./unlock.tsx";
import { Wallet } from "./wallet.tsx";

function App() {
  const [session, setSession] = useState<{ owner: Address; signer: Signer } | null>(null);
  const [isGone, setGone] = useState(false);
  const client = useMemo(
    () => session && connect(session.owner, session.signer, { node: isGone ? null : NODE }),
    [session, isGone],
  );
  if (client === null || session === null) return <Unlock onOpen={(owner, signer) => setSession({ owner, signer })} />;
  return (
    <CairnProvider client={client}>
      {isGone ? <Leave /> : <Wallet signer={session.signer} />}
      <button type="button" onClick={() => setGone(!isGone)}>
        {isGone ? "The operator is back" : "The operator is gone"}
      </button>
    </CairnProvider>
  );
}

const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
// #endregion
