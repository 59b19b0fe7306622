import { checkDeployment, readDeployment } from "@cairn/contracts";
import { connectReader } from "@cairn/l1";
import { redactUrl } from "@cairn/protocol";
import { isHash } from "viem";
import { cacheDirOf } from "../checkout.ts";
import type { CommonOptions, Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { addExamples, addNetworkOptions, type Host } from "../host.ts";
import { askChainId } from "../network.ts";
import type { CommandResult } from "../output.ts";
import { buildExpectation } from "../verify/expected.ts";
import { verificationReport, verificationResult } from "../verify/report.ts";

interface VerifyOptions {
  readonly cached?: boolean;
  readonly creationTx?: string;
}

/** `cairn verify-deployment`: is the deployment what the sources of this checkout produce? */
export function addVerifyDeploymentCommand({ program, run }: Host): void {
  const command = program
    .command("verify-deployment")
    .description(
      "rebuild circuits, keys, verifiers and contracts from this checkout, and compare them with a deployment",
    )
    .option("--cached", "trust cached builds of the same sources instead of rebuilding")
    .option("--creation-tx <hash>", "transaction that created the rollup, for L1 nodes without old state");
  addNetworkOptions(command);
  addExamples(
    command,
    "cairn verify-deployment",
    "cairn verify-deployment --l1 https://l1.example --rollup 0x5FbDB2315678afecb367f032d93F642f64180aa3 --json",
  );
  run(command, verifyDeployment);
}

async function verifyDeployment(context: Context, options: VerifyOptions & CommonOptions): Promise<CommandResult> {
  const { terminal, output, signal } = context;
  const { creationTx } = options;
  if (creationTx !== undefined && !isHash(creationTx)) {
    throw cliError("cli/usage", `--creation-tx is not a transaction hash: ${creationTx}`);
  }
  const network = context.network();
  const rollup = network.rollup();
  const chainId = await network.chainId();
  const actual = await askChainId(network.l1RpcUrl());
  if (actual !== chainId) {
    throw cliError("cli/wrong-chain", `${redactUrl(network.l1RpcUrl())} serves chain ${actual}, expected ${chainId}`, {
      details: { expected: chainId, actual },
    });
  }
  output.progress(`reading ${rollup} …`);
  const deploymentBlock = network.profile?.deploymentBlock;
  const deployed = await readDeployment(connectReader(network.l1RpcUrl(), chainId), rollup, {
    ...(creationTx === undefined ? {} : { transactionHash: creationTx }),
    ...(deploymentBlock === undefined ? {} : { blockNumber: BigInt(deploymentBlock) }),
  });
  const isCached = options.cached === true;
  output.progress(isCached ? "NOT REBUILDING: using the cache …" : "building from the sources …");
  const { expected, circuits } = await buildExpectation(deployed, {
    isCached,
    cacheDir: cacheDirOf(terminal),
    signal,
    progress: (line) => output.progress(`  ${line}`),
  });
  return verificationResult(verificationReport(deployed, checkDeployment(deployed, expected), circuits, isCached));
}
