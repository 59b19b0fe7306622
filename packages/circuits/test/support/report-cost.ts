import type { ProvingCost } from "../../src/prove/prove.ts";

/** Prints what a proof took: figures for `noir/README.md`. */
export function reportCost(name: string, { witnessSeconds, proveSeconds, proverPeakBytes }: ProvingCost): void {
  const gibibytes = ((proverPeakBytes ?? 0) / 2 ** 30).toFixed(2);
  process.stdout.write(`${name}: ${witnessSeconds.toFixed(0)} + ${proveSeconds.toFixed(0)} s, ${gibibytes} GiB\n`);
}
