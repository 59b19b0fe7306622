import { describe, expect, it } from "vitest";
import { blockInputMap, soloInputMap } from "../src/prove/input-map.ts";
import { program } from "./support/cache.ts";
import { circuitRefusal } from "./support/refusal.ts";
import { sampleBlock } from "./support/sample-block.ts";

describe.each([64, 256] as const)("circuits with %i slots", (slots) => {
  const sample = sampleBlock(slots, 13);

  it("prove a block", async () => {
    const { circuit } = await program(`block${slots}`);
    const { claim, witness } = sample;
    expect(await circuitRefusal(circuit, blockInputMap(claim, witness))).toBeNull();
    const forged = { ...claim, after: { ...claim.after, history: claim.after.history + 1n } };
    expect(await circuitRefusal(circuit, blockInputMap(forged, witness))).toBe("claim: new history differs");
  });

  it("prove a batch of one block", async () => {
    const { circuit } = await program(`solo${slots}`);
    expect(await circuitRefusal(circuit, soloInputMap(sample))).toBeNull();
    const binding = { ...sample.binding, evaluation: sample.binding.evaluation + 1n };
    expect(await circuitRefusal(circuit, soloInputMap({ ...sample, binding }))).toBe(
      "binding: data evaluation differs",
    );
  });
});
