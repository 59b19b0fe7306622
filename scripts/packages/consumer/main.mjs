/** Runs every program here and prints what it returns as JSON; the node's address is the argument. */
const names = [
  "protocol",
  "crypto",
  "state",
  "vm",
  "blobs",
  "contracts",
  "l1",
  "rpc",
  "restore",
  "webhooks",
  "verify",
  "sdk",
  "react",
];
/** @type {Record<string, unknown>} */
const results = {};
for (const name of names) {
  const { run } = await import(`./${name}.mjs`);
  results[name] = await run(process.argv[2]);
}
console.log(JSON.stringify(results));
