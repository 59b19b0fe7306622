import { measureNode } from "./run.ts";

const args = new Set(process.argv.slice(2));
const value = (name: string, fallback: string) =>
  process.argv.find((a) => a.startsWith(`--${name}=`))?.split("=")[1] ?? fallback;
const flags = process.argv.filter((a) => a.startsWith("--flag=")).map((a) => a.slice(7));
const run = await measureNode(
  {
    cacheDir: `${import.meta.dirname}/../../../.cache`,
    database: { type: args.has("--postgres") ? "postgres" : "embedded" },
    isProving: args.has("--prover"),
    slots: 64,
    accounts: Number(value("accounts", "256")),
    seconds: Number(value("seconds", "10")),
    seed: 1,
    invalidShare: 0.05,
    concurrency: Number(value("clients", "128")),
    signedPerSecond: Number(value("signed", "2500")),
    drainBlocks: 2,
    settings: {},
    nodeFlags: flags,
  },
  console.error,
);
console.log(JSON.stringify(run, null, 1));
