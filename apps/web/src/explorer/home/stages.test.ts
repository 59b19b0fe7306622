import { expect, it } from "vitest";
import { stageOf } from "./stages.ts";

it("says that a block goes to L1 only once the last proof of its batch is made", () => {
  const batch = { firstBlock: 6, number: null };
  expect(stageOf({ status: "open", batch: null })).toBe("open");
  expect(stageOf({ status: "sealed", batch: null })).toBe("proving");
  expect(stageOf({ status: "sealed", batch: { ...batch, status: "waiting" } })).toBe("proving");
  expect(stageOf({ status: "sealed", batch: { ...batch, status: "ready" } })).toBe("sending");
  expect(stageOf({ status: "proven", batch: { ...batch, number: 2, status: "accepted" } })).toBe("accepted");
  expect(stageOf({ status: "final", batch: { ...batch, number: 2, status: "accepted" } })).toBe("final");
});
