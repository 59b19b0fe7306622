/** The explorer's criteria, in Chromium, with a node and an L1; all in one file, because the rollup behind them is one. */
import { describe } from "vitest";
import { accountsAreProved } from "./explorer/accounts.ts";
import { batchesShowTheirCost } from "./explorer/costs.ts";
import { everyoneCanUseIt } from "./explorer/everyone.ts";
import { itTellsWhatItIs } from "./explorer/home.ts";
import { theLessonTeaches } from "./explorer/lesson.ts";
import { itIsLive } from "./explorer/live.ts";
import { livenessIsShown } from "./explorer/liveness.ts";
import { everythingHasAPlace } from "./explorer/places.ts";
import { proofsAreShown } from "./explorer/proofs.ts";
import { receiptsProve } from "./explorer/receipts.ts";
import { everythingIsFound } from "./explorer/search.ts";
import { statementsAddUp } from "./explorer/statements.ts";
import { theWayOutIsShown } from "./explorer/way-out.ts";
import { useStage } from "./support/stage.ts";
import { failOnProblems } from "./support/watch-page.ts";

describe("the explorer", () => {
  const stage = useStage();
  failOnProblems();
  describe("its first page", () => itTellsWhatItIs(stage));
  describe("is live", () => itIsLive(stage));
  describe("has a place for everything", () => everythingHasAPlace(stage));
  describe("finds what people copy", () => everythingIsFound(stage));
  describe("proves accounts", () => accountsAreProved(stage));
  describe("proves transfers", () => receiptsProve(stage));
  describe("shows what batches cost", () => batchesShowTheirCost(stage));
  describe("shows whether batches come", () => livenessIsShown(stage));
  describe("shows how blocks get to L1", () => proofsAreShown(stage));
  describe("teaches how it works", () => theLessonTeaches(stage));
  describe("makes statements", () => statementsAddUp(stage));
  describe("is for everyone", () => everyoneCanUseIt(stage));
  // The last: it freezes the rollup.
  describe("shows the way out", () => theWayOutIsShown(stage));
});
