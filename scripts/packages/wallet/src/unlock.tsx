// #region unlock
// src/unlock.tsx
import type { Signer } from "@cairn/sdk";
import { useState } from "react";
import type { Address } from "viem";
import { chooseAccount } from "./client.ts";
import { createKeyFile, createPasskey, keyFromWallet, openKeyFile, openPasskey } from "./keys.ts";

export function Unlock({ onOpen }: { onOpen: (owner: Address, signer: Signer) => void }) {
  const [passphrase, setPassphrase] = useState("");
  const [problem, setProblem] = useState("");
  const ways: Record<string, (owner: Address) => Promise<Signer>> = {
    "New passkey": createPasskey,
    "Open with passkey": openPasskey,
    "Key from wallet": keyFromWallet,
    "New key file": (owner) => createKeyFile(owner, passphrase),
    "Open key file": () => openKeyFile(passphrase),
  };
  const open = async (way: (owner: Address) => Promise<Signer>) => {
    try {
      const owner = await chooseAccount();
      onOpen(owner, await way(owner));
    } catch (error) {
      setProblem(String(error));
    }
  };
  return (
    <main>
      <input type="password" placeholder="passphrase" onChange={(event) => setPassphrase(event.target.value)} />
      {Object.entries(ways).map(([name, way]) => (
        <button key={name} type="button" onClick={() => open(way)}>
          {name}
        </button>
      ))}
      <p role="alert">{problem}</p>
    </main>
  );
}
// #endregion
