/** Set by `npm run test:all`: real proofs wherever a batch is one block, longer runs, and the files of {@link LONG_TESTS}. */
export const RUNS_ALL = process.env.CAIRN_TEST_ALL !== undefined;

/** Test files that only `npm run test:all` runs, and why `npm test` can do without them. */
export const LONG_TESTS: Readonly<Record<string, string>> = {
  "e2e/runbooks.test.ts":
    "carries out the procedures of runbooks that its header names; the commands themselves are tested next to their sources",
  "apps/web/test/rebuild-10000.test.ts":
    "publishes 10,000 accounts and a blob, and rebuilds them in a page, also from a beacon API and an archive; npm test rebuilds a small state from L1 in the same way",
  "e2e/demo-aggregate.test.ts":
    "proves batches of two blocks in the demo, minutes of two cores; .ci/run runs the demo with a block in a batch",
  "apps/web/test/pictures.test.ts":
    "takes pictures of every page in six looks; npm test checks the same pages by rules",
  "apps/web/test/speed.test.ts": "measures how soon the first page is painted, which says nothing on a busy machine",
  "e2e/notable-seeds.test.ts": "repeats what simulations once found; npm test runs a new seed each time",
  "scripts/packages/platforms.test.ts":
    "installs the npm packages from the registry, with three versions of Node, two compilers and Vite; npm test installs them offline, with one of each",
  "packages/blobs/test/second-implementation.test.ts":
    "loads a second implementation of KZG for ten seconds; npm test checks its recorded answers",
  "packages/circuits/test/batch.prover.test.ts":
    "proves a batch of two blocks, 1.8 million gates; npm test asks the solver for each of its parts",
  "packages/circuits/test/keys.prover.test.ts":
    "makes the keys of all circuits with children, over 2^23 points and with 6 GiB; npm test compares hashes of their sources",
  "packages/circuits/test/merge.prover.test.ts":
    "some thirty proofs of proofs; npm test asks the solver, which judges all but the proofs themselves",
  "packages/circuits/test/recorded-gates.test.ts":
    "compiles the circuits of 64 and 256 slots, which takes minutes; npm run check compares the hash of their sources",
  "bench/src/batch/batch.prover.test.ts":
    "proves, submits and restores a batch of two blocks; npm test plans and shows batches without proofs",
  "apps/node/src/node.prover.test.ts":
    "a dozen real proofs in a node inside the test; npm test makes as many in nodes that are processes (faults/prover, vanish, escape, devnet)",
  "apps/node/src/batches/trees.prover.test.ts":
    "seven proofs, one of them of three million gates; npm test runs the same tree with stand-in proofs",
  "bench/src/measure/gates.test.ts":
    "compiles thirty parts of the block circuit to say what each costs; nothing but npm run bench uses the result",
  "bench/src/node/run.test.ts":
    "loads a node for seconds to test npm run bench:node; other tests send it the same requests",
  "packages/circuits/test/block1024.prover.test.ts":
    "proves five million gates, over 2^23 points; npm test proves a block of 16 slots",
  "packages/circuits/test/block1024.test.ts":
    "compiles five million gates, four minutes; npm test asks the solver for smaller sizes, and for links that far apart",
  "packages/circuits/test/pair.test.ts":
    "compiles and solves batches at their full size; npm test solves their parts in a small one",
  "packages/circuits/test/sizes.test.ts":
    "compiles and solves larger sizes of the circuits that npm test solves with 16",
  "packages/circuits/test/tree.prover.test.ts":
    "three proofs of three million gates each, over 2^22 points; npm test asks the solver for each of their parts",
};
