// #region leave
// src/leave.tsx
import { useExit, useForceWithdraw, useFreeze } from "@cairn/react";
import { useState } from "react";
import { Outbox } from "./actions.tsx";

/** Without the operator, by L1 alone: the provider's client has no node. */
export function Leave() {
  const [account, setAccount] = useState("");
  const request = useForceWithdraw();
  const freeze = useFreeze();
  const exit = useExit();
  const leave = async (file: File | undefined) => {
    if (file !== undefined) exit.mutate({ proof: JSON.parse(await file.text()) as object });
  };
  const problem = request.error ?? freeze.error ?? exit.error;
  return (
    <main>
      <input placeholder="account" value={account} onChange={(event) => setAccount(event.target.value)} />
      <button type="button" onClick={() => request.mutate({ account: Number(account) })}>
        1. Request the whole balance on L1
      </button>
      <button type="button" onClick={() => freeze.mutate(undefined)}>
        2. Freeze the rollup
      </button>
      <label>
        3. Leave with a proof
        <input type="file" onChange={(event) => leave(event.target.files?.[0])} />
      </label>
      <p>request {request.progress.status}</p>
      <p>freeze {freeze.progress.status}</p>
      <p>exit {exit.progress.status}</p>
      <p role="alert">{problem?.message}</p>
      <Outbox />
    </main>
  );
}
// #endregion
