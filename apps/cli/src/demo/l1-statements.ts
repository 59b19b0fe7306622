import type { DevRollup, DevToken } from "@cairn/devnet";
import { depositEth, depositToken, depositTokenWithPermit, requestSetKey, requestWithdraw } from "@cairn/l1";
import { type AccountIndex, accountIndex } from "@cairn/protocol";
import { ETH, type L1Statement, type ScenarioBook, type ScenarioToken } from "@cairn/testkit";
import type { TransactionReceipt } from "viem";
import type { Player } from "./cast.ts";

/** Sends the L1 transaction that a statement stands for, as the person it names. Throws `l1/transaction-reverted`. */
export async function sendL1Statement(
  statement: L1Statement,
  player: Player,
  context: { readonly devnet: DevRollup; readonly token: DevToken; readonly book: ScenarioBook },
): Promise<TransactionReceipt> {
  const { devnet, token, book } = context;
  const { rollup } = devnet;
  const index = (of: ScenarioToken): AccountIndex => book.indexOf(statement.name, of);
  switch (statement.type) {
    case "deposit": {
      const { amount } = statement;
      const target = {
        owner: player.owner,
        index: book.find(player.name, statement.token) ?? accountIndex(0),
        key: statement.isKeyless ? 0n : player.key,
      };
      if (statement.token.tokenId === ETH.tokenId) return depositEth(rollup, player.wallet, amount, target);
      await devnet.mint(token, player.wallet.account.address, amount);
      const send = player.keyFrom === "wallet" ? depositToken : depositTokenWithPermit;
      return send(rollup, player.wallet, statement.token.tokenId, amount, target);
    }
    case "forceWithdraw":
      return requestWithdraw(rollup, player.wallet, index(statement.token));
    case "setKey":
      return requestSetKey(rollup, player.wallet, index(statement.token), book.person(statement.keyOf).key);
  }
}
