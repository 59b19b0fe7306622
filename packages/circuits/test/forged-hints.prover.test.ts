import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Acir, packWitness, readAcir } from "./support/acir.ts";
import { startChain, type TestChain } from "./support/evm.ts";
import { forge } from "./support/forge.ts";
import { HINT_ATTACKS, honestInputs } from "./support/hint-attacks.ts";
import { createJudge, type Judge } from "./support/judge.ts";

describe.each([...new Set(HINT_ATTACKS.map(({ crate }) => crate))])(
  "forged hints in %s, judged on a chain",
  (crate) => {
    const attacks = HINT_ATTACKS.filter((attack) => attack.crate === crate && attack.isJudgedOnChain);
    let chain: TestChain;
    let judge: Judge;
    let acir: Acir;

    beforeAll(async () => {
      chain = await startChain();
      judge = await createJudge(crate, chain);
      acir = readAcir(judge.circuit.program.circuit);
    });
    afterAll(() => chain?.stop());

    it("accepts the honest answers", async () => {
      const { wires } = forge(acir, await honestInputs(crate), new Map());
      expect(await judge.acceptsWitness(packWitness(wires))).toBe(true);
    });

    it.each(attacks)("$name", async ({ prepare }) => {
      const { inputs, lies } = await prepare(acir);
      expect(await judge.acceptsWitness(packWitness(forge(acir, inputs, lies).wires))).toBe(false);
    });
  },
);
