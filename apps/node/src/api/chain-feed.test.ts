import { describe, expect, it } from "vitest";
import { changes } from "./chain-feed.ts";

const block = (number: number, status: string) => ({ type: "block", number, status });

describe("what the stream reports when the database changes", () => {
  it("is every block that L1 accepts and makes final, in order", () => {
    expect(changes({ proven: 2, final: 1 }, { proven: 4, final: 3 })).toEqual([
      block(3, "proven"),
      block(4, "proven"),
      block(2, "final"),
      block(3, "final"),
    ]);
  });

  it("is every block that a reorg of L1 undoes", () => {
    expect(changes({ proven: 4, final: 1 }, { proven: 2, final: 1 })).toEqual([block(3, "sealed"), block(4, "sealed")]);
  });

  it("is nothing when nothing changes", () => {
    expect(changes({ proven: 4, final: 1 }, { proven: 4, final: 1 })).toEqual([]);
  });
});
