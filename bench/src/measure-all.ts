import type { SoloSize } from "@cairn/protocol";
import { measureBatchGas } from "./measure/batch-gas.ts";
import { measureCallGas } from "./measure/call-gas.ts";
import { measureCrypto } from "./measure/crypto.ts";
import { measureData } from "./measure/data.ts";
import { measureGates } from "./measure/gates.ts";
import { measureProving } from "./measure/proving.ts";
import { measureRestore } from "./measure/restore.ts";
import { measureState } from "./measure/state.ts";
import { measureVm } from "./measure/vm.ts";
import type { BenchOptions } from "./options.ts";
import type { Measurements, Section } from "./report.ts";

/** Block size used when measuring the L1 calls of users: the cheapest to prove; the gas is the same for all. */
const CALLS_SLOTS: SoloSize = 16;
const PROVING_RUNS = 3;

/** Measures the requested sections one after the other. Throws as the sections do. */
export async function measureAll(
  { sections, sizes, isQuick, cacheDir }: BenchOptions,
  onSection: (section: Section) => void,
): Promise<Measurements> {
  const measurements: Measurements = {};
  const measure: Record<Section, () => Promise<void>> = {
    gates: async () => {
      measurements.gates = await measureGates(sizes, cacheDir);
    },
    data: async () => {
      measurements.data = await measureData(sizes);
    },
    crypto: async () => {
      measurements.crypto = await measureCrypto({ isQuick });
    },
    state: async () => {
      measurements.state = await measureState({ isQuick });
    },
    vm: async () => {
      measurements.vm = await measureVm({ isQuick });
    },
    restore: async () => {
      measurements.restore = await measureRestore({ sizes, isQuick });
    },
    calls: async () => {
      measurements.calls = await measureCallGas({ slots: CALLS_SLOTS, cacheDir });
    },
    batches: async () => {
      measurements.batches = await measureBatchGas({ sizes, cacheDir });
    },
    proving: async () => {
      measurements.proving = await measureProving({ sizes, cacheDir, runs: isQuick ? 1 : PROVING_RUNS });
    },
  };
  for (const section of sections) {
    onSection(section);
    await measure[section]();
  }
  return measurements;
}
