/** Set-up of every test file: lengthens all waiting for conditions by {@link WAIT_FACTOR}. */
import { expect, vi } from "vitest";
import { WAIT_FACTOR } from "./patience.ts";

const USUAL_TIMEOUT_MS = 1000;

type Options = number | { readonly timeout?: number; readonly interval?: number } | undefined;

function lengthen(options: Options): { timeout: number; interval?: number } {
  if (typeof options === "number") return { timeout: options * WAIT_FACTOR };
  return { ...options, timeout: (options?.timeout ?? USUAL_TIMEOUT_MS) * WAIT_FACTOR };
}

/**
 * Marks a process whose waits are lengthened: this runs for each test file, and a second run would multiply them again.
 */
const LENGTHENED = Symbol.for("cairn.patient-waits");

if (!Reflect.has(vi, LENGTHENED)) {
  const { waitFor, waitUntil } = vi;
  vi.waitFor = (callback, options) => waitFor(callback, lengthen(options));
  vi.waitUntil = (callback, options) => waitUntil(callback, lengthen(options));
  Reflect.set(vi, LENGTHENED, true);
}

const { poll } = expect;
if (!Reflect.has(poll, LENGTHENED)) {
  const patientPoll: typeof poll = (callback, options) => poll(callback, lengthen(options));
  Object.assign(expect, { poll: Object.assign(patientPoll, { [LENGTHENED]: true }) });
}
