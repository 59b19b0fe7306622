import { describe, expect, it } from "vitest";
import { judge } from "./answers.ts";

const transfer = { id: "0xab", fault: null };
const accepted = JSON.stringify({ transactions: [{ id: "0xab", status: "confirmed" }] });
const rejected = (type: string) => JSON.stringify({ error: { code: "rejected", details: { reason: { type } } } });

describe("an answer", () => {
  it("is right when it names the transaction that was sent", () => {
    expect(judge(transfer, 200, accepted)).toEqual({ type: "accepted", id: "0xab", status: "confirmed" });
    expect(judge({ ...transfer, id: "0xac" }, 200, accepted).type).toBe("wrong");
    expect(judge(transfer, 422, rejected("badSignature")).type).toBe("wrong");
  });

  it("is right when it refuses for the reason that was planted, and for no other", () => {
    const forged = { id: null, fault: "badSignature" } as const;
    expect(judge(forged, 422, rejected("badSignature"))).toEqual({ type: "refused" });
    expect(judge(forged, 422, rejected("nonceTooLow")).type).toBe("wrong");
    expect(judge(forged, 200, accepted).type).toBe("wrong");
    const malformed = { id: null, fault: "malformed" } as const;
    expect(judge(malformed, 400, '{"error":{"code":"bad-request"}}')).toEqual({ type: "refused" });
    expect(judge(malformed, 500, "oops").type).toBe("wrong");
  });

  it("asks to try again when the node has too much to do", () => {
    expect(judge(transfer, 429, '{"error":{"code":"overloaded"}}')).toEqual({ type: "overloaded" });
  });
});
