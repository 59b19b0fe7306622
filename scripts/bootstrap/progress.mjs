/** @param {number} startMs */
export const elapsed = (startMs) => `${((Date.now() - startMs) / 1000).toFixed(1)} s`;

/**
 * Progress goes to stderr as plain lines, so that stdout contains only the command's output.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * Announces a step, shows its lines with the time since it began, says every `heartbeatMs` that it is still running,
 * and reports how long it took.
 * @template T
 * @param {string} label
 * @param {(onLine: (line: string) => void) => Promise<T>} work
 * @param {{ heartbeatMs?: number }} [options]
 * @returns {Promise<T>}
 */
export async function showStep(label, work, { heartbeatMs = 20_000 } = {}) {
  const startMs = Date.now();
  let lines = 0;
  let cached = 0;
  say(`${label} …`);
  const heartbeat = setInterval(() => say(`      ${elapsed(startMs).padStart(7)}  still running`), heartbeatMs);
  try {
    const result = await work((line) => {
      lines += 1;
      if (line.trimEnd().endsWith("cached")) cached += 1;
      say(`      ${elapsed(startMs).padStart(7)}  ${line}`);
    });
    say(`${label} … ${lines > 0 && lines === cached ? "cached, " : ""}${elapsed(startMs)}`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}
