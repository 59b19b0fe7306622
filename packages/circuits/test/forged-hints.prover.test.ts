import { isCairnError } from "@cairn/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BlockCircuit, proveSolved, writeSolidityVerifier } from "../src/index.ts";
import { packWitness, readAcir, type Wires } from "./support/acir.ts";
import { provingCircuit } from "./support/cache.ts";
import { compileSolidity, isRevert, startChain, type TestChain, verifyCalldata } from "./support/evm.ts";
import { forge } from "./support/forge.ts";
import { HINT_ATTACKS, honestInputs } from "./support/hint-attacks.ts";

describe.each([...new Set(HINT_ATTACKS.map(({ crate }) => crate))])(
  "forged hints in %s, judged on a chain",
  (crate) => {
    const attacks = HINT_ATTACKS.filter((attack) => attack.crate === crate && attack.isJudgedOnChain);
    let chain: TestChain;
    let circuit: BlockCircuit;
    let address: string;

    beforeAll(async () => {
      circuit = await provingCircuit(crate);
      const { key, srs } = circuit;
      const verifier = await writeSolidityVerifier({ circuit: "block16", key, srs, cacheDir: circuit.program.dir });
      chain = await startChain();
      address = await chain.deploy(compileSolidity(verifier.source, verifier.contractName).creation);
    });
    afterAll(() => chain?.stop());

    /** Whether the chain accepts a proof of these wires; also false when the prover makes none. */
    async function isAccepted(wires: Wires): Promise<boolean> {
      try {
        const { proof, publicInputs } = await proveSolved(circuit, packWitness(wires));
        return BigInt(await chain.call(address, verifyCalldata(proof, publicInputs))) === 1n;
      } catch (error) {
        if (isCairnError(error, "circuits/prover-failed") || isRevert(error)) return false;
        throw error;
      }
    }

    it("accepts the honest answers", async () => {
      const acir = readAcir(circuit.program.circuit);
      expect(await isAccepted(forge(acir, await honestInputs(crate), new Map()).wires)).toBe(true);
    });

    it.each(attacks)("$name", async ({ prepare }) => {
      const acir = readAcir(circuit.program.circuit);
      const { inputs, lies } = await prepare(acir);
      expect(await isAccepted(forge(acir, inputs, lies).wires)).toBe(false);
    });
  },
);
