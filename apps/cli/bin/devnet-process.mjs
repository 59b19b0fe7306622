/**
 * How the process of a devnet is started: it runs beside whatever else a developer's machine has to do, so it takes less
 * memory and collects garbage more often.
 */

/** Options of the Node that runs it. */
export const DEVNET_NODE_OPTIONS = [
  // V8 lets heaps grow less before it collects garbage: 1 MiB instead of 16 for new objects, of which each thread has three.
  "--optimize-for-size",
  // Each thread that compiles WebAssembly keeps the memory it has worked in; modules of this size need one.
  "--wasm-num-compilation-tasks=1",
  // With heaps this small a thread that compiles JavaScript may have to wait for the main thread to collect garbage, which
  // at the end of the process waits for that thread: the process would never end.
  "--no-maglev-build-code-on-background",
];

/** Added to its environment, where that does not say otherwise; not meant for the processes that it starts. */
export const DEVNET_ENV = {
  // By default glibc gives each thread a pool of its own, which keeps what the thread has freed.
  MALLOC_ARENA_MAX: "1",
  // Free memory at the end of the pool, and all of it in large pieces, goes back to the system; by default that depends
  // on the largest piece so far.
  MALLOC_TRIM_THRESHOLD_: "131072",
};
