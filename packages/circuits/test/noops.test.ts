import { replayBlock } from "@cairn/vm";
import { describe, expect, it } from "vitest";
import { ACCOUNTS, AT, NEXT, refusalOf, signed, slotOf, target, transfer } from "./support/attack.ts";

/** Spec 2.9: a node puts noops last, the circuit accepts them anywhere after the L1 operations. */
describe("noops between the transactions of a block", () => {
  const block = target({
    l1Operations: [{ type: "setKey", sender: ACCOUNTS.get(AT.bobEth)?.owner ?? 0n, index: AT.bobEth, key: 1n }],
    groups: [signed(transfer({ toKey: 1n })), signed(transfer({ toKey: 1n, nonce: 6 }))],
  });
  const order = [0, 3, 1, 4, 5, 2];

  it("are proven", async () => {
    const refusal = await refusalOf(block, {
      draft: (draft) => {
        const slots = order.map((position) => slotOf(draft, position));
        draft.slots.splice(0, order.length, ...slots);
      },
    });
    expect(refusal).toBeNull();
  });

  it("are replayed to the same accounts", () => {
    const { data } = block.block;
    const { slots } = data;
    const l1Operations = block.trace.slots.flatMap(({ l1Operation }) => (l1Operation === null ? [] : [l1Operation]));
    const moved = slots.map((slot, i) => slots[order[i] ?? i] ?? slot);
    const replay = (given: typeof slots) =>
      replayBlock({ state: block.state, data: { ...data, slots: given }, l1Operations });
    expect(moved[1]?.type).toBe("nothing");
    expect(replay(moved).updates).toEqual(replay(slots).updates);
    expect(replay(moved).newNextIndex).toBe(NEXT);
  });
});
