/**
 * The `cairn` command whose devnet makes and accepts stand-in proofs, and no real ones: for tests in which proofs are
 * not what is tested. In a test run everything is built, and a devnet that keeps nothing uses the run's PostgreSQL, which
 * needs half of the time. The product cannot reach this code.
 */
import { runProcess } from "@cairn/cli";
import { shareTestPostgres } from "@cairn/db/testing";
import { acceptStandInProofs } from "@cairn/devnet/testing";
import { PACED_STAND_IN_PROVER } from "./stand-in-prover.ts";

const isTestRun = process.env.CAIRN_TEST_POSTGRES !== undefined;
const usesServer = isTestRun && process.argv[2] === "devnet" && !process.argv.includes("--data");
const database = usesServer ? { databaseUrl: await (await shareTestPostgres()).createDatabase() } : {};

await runProcess({
  devnet: { node: PACED_STAND_IN_PROVER, onDeployed: acceptStandInProofs, isBuilt: isTestRun, ...database },
});
