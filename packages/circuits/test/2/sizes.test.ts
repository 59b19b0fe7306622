import { describe, expect, it } from "vitest";
import { block2InputMap, soloInputMap } from "../../src/2/input-map.ts";
import { program } from "../support/cache.ts";
import { circuitRefusal } from "../support/refusal.ts";
import { sampleBlock2 } from "../support/sample-block-2.ts";

describe.each([64, 256] as const)("circuits of protocol 2 with %i slots", (slots) => {
  const sample = sampleBlock2(slots, 13);

  it("prove a block", async () => {
    const { circuit } = await program(`2/block${slots}`);
    const { claim, witness } = sample;
    expect(await circuitRefusal(circuit, block2InputMap(claim, witness))).toBeNull();
    const forged = { ...claim, after: { ...claim.after, history: claim.after.history + 1n } };
    expect(await circuitRefusal(circuit, block2InputMap(forged, witness))).toBe("claim: new history differs");
  });

  it("prove a batch of one block", async () => {
    const { circuit } = await program(`2/solo${slots}`);
    expect(await circuitRefusal(circuit, soloInputMap(sample))).toBeNull();
    const binding = { ...sample.binding, evaluation: sample.binding.evaluation + 1n };
    expect(await circuitRefusal(circuit, soloInputMap({ ...sample, binding }))).toBe(
      "binding: data evaluation differs",
    );
  });
});
