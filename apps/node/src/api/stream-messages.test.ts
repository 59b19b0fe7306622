import { expect, it } from "vitest";
import { watcherMessages } from "./stream-messages.ts";

it("every block of an accepted batch is reported as proven", () => {
  const accepted = [
    { firstBlock: 3, lastBlock: 5 },
    { firstBlock: 6, lastBlock: 6 },
  ];
  const messages = watcherMessages({ type: "progress", result: { queueEntries: 0, accepted, settled: 0 }, l1Block: 9 });
  expect(messages).toEqual([3, 4, 5, 6].map((number) => ({ type: "block", number, status: "proven" })));
});
