/** The wallet's criteria, in Chromium, with a node and an L1; all in one file, because the rollup behind them is one. */
import { describe } from "vitest";
import { useStage } from "./support/stage.ts";
import { failOnProblems } from "./support/watch-page.ts";
import { nothingIsPaidTwiceOrLost } from "./wallet/crashes.ts";
import { depositsArrive } from "./wallet/deposits.ts";
import { everyoneCanUseTheWallet } from "./wallet/everyone.ts";
import { keysAreMadeAndKept } from "./wallet/keys.ts";
import { listsArePaid } from "./wallet/lists.ts";
import { itOpensOffline } from "./wallet/offline.ts";
import { passkeysMakeKeys } from "./wallet/passkeys.ts";
import { paymentsAreMade } from "./wallet/payments.ts";
import { requestsArePaid } from "./wallet/requested.ts";
import { secretsStayInTheWorker } from "./wallet/secrets.ts";
import { walletsConnect } from "./wallet/wallets.ts";

describe("the wallet", () => {
  const stage = useStage();
  failOnProblems();
  describe("connects", () => walletsConnect(stage));
  describe("makes keys", () => keysAreMadeAndKept(stage));
  describe("uses passkeys", () => passkeysMakeKeys(stage));
  describe("keeps secrets", () => secretsStayInTheWorker(stage));
  describe("deposits", () => depositsArrive(stage));
  describe("pays", () => paymentsAreMade(stage));
  describe("asks for payments", () => requestsArePaid(stage));
  describe("pays once", () => nothingIsPaidTwiceOrLost(stage));
  describe("pays lists", () => listsArePaid(stage));
  describe("opens offline", () => itOpensOffline(stage));
  describe("is for everyone", () => everyoneCanUseTheWallet(stage));
});
