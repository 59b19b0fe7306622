/** The explorer's criteria, in Chromium, with a node and an L1; all in one file, because the rollup behind them is one. */
import { describe } from "vitest";
import { itTellsWhatItIs } from "./explorer/home.ts";
import { itIsLive } from "./explorer/live.ts";
import { useStage } from "./support/stage.ts";
import { failOnProblems } from "./support/watch-page.ts";

describe("the explorer", () => {
  const stage = useStage();
  failOnProblems();
  itTellsWhatItIs(stage);
  itIsLive(stage);
});
