/** A named piece of work that ends with an exit code. */
export type Stage = { readonly name: string; readonly run: () => Promise<number> };

/** How a stage ended. */
export type StageResult = { readonly name: string; readonly code: number; readonly ms: number };

/** Runs the stages one after another, all of them even when one fails, announcing and timing each. */
export async function runStages(stages: readonly Stage[]): Promise<StageResult[]> {
  const results: StageResult[] = [];
  for (const [index, { name, run }] of stages.entries()) {
    const label = `[${index + 1}/${stages.length}] ${name}`;
    console.log(`${label} …`);
    const startMs = performance.now();
    const code = await run();
    const ms = performance.now() - startMs;
    console.log(`${label} … ${code === 0 ? "ok" : `FAILED (exit code ${code})`}, ${formatSeconds(ms)}`);
    results.push({ name, code, ms });
  }
  return results;
}

/** Milliseconds as seconds with one decimal. */
export function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
