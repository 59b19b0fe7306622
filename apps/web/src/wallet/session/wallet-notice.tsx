import type { ReactElement } from "react";
import { useRollup } from "../../data/rollup.tsx";
import { ChainStep } from "../ethereum/chain-step.tsx";
import { ConnectStep } from "../ethereum/connect-step.tsx";
import { useSessionState } from "./state.tsx";

/** Above a page with a session: what is wrong with the wallet at the moment; nothing while all is well. */
export function WalletNotice(): ReactElement | null {
  const { connection } = useSessionState();
  const { config } = useRollup();
  const isWrongChain = connection.status === "connected" && connection.chainId !== config.chainId;
  if (connection.status === "connected" && !isWrongChain) return null;
  return (
    <div className="card mb-6 border-l-4 border-l-older px-4 py-3">
      {connection.status === "connected" ? <ChainStep wallet={connection.wallet} /> : <ConnectStep />}
    </div>
  );
}
