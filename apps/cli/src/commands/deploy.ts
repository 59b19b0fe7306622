import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { DEFAULT_ROLLUP_2_PARAMETERS, DEV_CHAIN_IDS, type SrsKind } from "@cairn/contracts";
import { connectReader, connectWallet } from "@cairn/l1";
import { type LastCircuit, redactUrl, SOLO_SIZES, type SoloSize } from "@cairn/protocol";
import { InvalidArgumentError, Option } from "commander";
import { type Address, formatEther } from "viem";
import { parseAddress } from "../address.ts";
import { cacheDirOf } from "../checkout.ts";
import type { Context } from "../context.ts";
import type { DeploymentParameters, DeploymentPlan } from "../deploy/plan.ts";
import type { DeploymentRecord } from "../deploy/record.ts";
import { cliError } from "../errors.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host, markSending } from "../host.ts";
import { findIdentity } from "../keys/identity.ts";
import { addL1Options, type SendFlags } from "../l1/caller.ts";
import { expectedCost } from "../l1/sent-calls.ts";
import { askChainId } from "../network.ts";
import { type CommandResult, table } from "../output.ts";
import { writeProfile } from "../profile.ts";

interface DeployFlags extends Omit<SendFlags, "dryRun"> {
  readonly slots: readonly SoloSize[];
  readonly batching?: boolean;
  readonly srs: SrsKind | "auto";
  readonly operator?: string;
  readonly inclusionDelay: number;
  readonly operatorIdleDelay: number;
  readonly returnDelay: number;
  readonly freezeDelay: number;
  readonly queueBaseFee: bigint;
  readonly out?: string;
  readonly writeProfile?: string;
  readonly confirm?: string;
}

const PARAMETERS = "Parameters, fixed for ever:";

/** `cairn deploy`: simulates the creation of verifiers, policy and rollup; creates them when the chain is confirmed. */
export function addDeployCommand({ program, run }: Host): void {
  const defaults = DEFAULT_ROLLUP_2_PARAMETERS;
  const option = (flags: string, text: string) => new Option(flags, text).helpGroup(PARAMETERS);
  const command = program
    .command("deploy")
    .description("create verifiers, policy and rollup on L1; without --confirm only simulates it")
    .addOption(
      option("--slots <list>", `sizes of blocks that may be a batch of their own, of ${SOLO_SIZES.join(", ")}`)
        .argParser(parseSizes)
        .default([64], "64"),
    )
    .addOption(option("--batching", "also accept batches of several blocks: circuits pair and batch"))
    .addOption(
      option("--srs <kind>", "reference string of the verifiers; auto: dev on development chains, else ignition")
        .choices(["auto", "dev", "ignition"])
        .default("auto"),
    )
    .addOption(
      option("--operator <address>", "plain account that submits batches first, or none; default: the deployer"),
    )
    .addOption(seconds("--inclusion-delay", "until a queue entry is overdue", defaults.inclusionDelaySeconds))
    .addOption(
      seconds("--operator-idle-delay", "without batches until anyone may submit", defaults.operatorIdleDelaySeconds),
    )
    .addOption(
      seconds("--return-delay", "that the operator has alone after a stranger's batch", defaults.returnDelaySeconds),
    )
    .addOption(seconds("--freeze-delay", "until anyone may freeze the rollup", defaults.freezeDelaySeconds))
    .addOption(
      option("--queue-base-fee <wei>", "price of a queue entry when the queue is empty")
        .argParser(parseWei)
        .default(defaults.queueBaseFeeWei, String(defaults.queueBaseFeeWei)),
    )
    .option("--confirm <chain-id>", "deploy, on this chain only")
    .option("--out <file>", "file for the deployment record; default: deployment-CHAIN-ROLLUP.json")
    .option("--write-profile <file>", "also write a profile for the other commands");
  markSending(addL1Options(command), ({ confirm }) => confirm !== undefined);
  addNetworkOptions(addKeyOptions(command));
  addExamples(
    command,
    "cairn deploy --l1-rpc-url http://localhost:8545 --key operator --slots 16",
    "cairn deploy --key operator --operator none --confirm 31337",
  );
  run(command, deploy);
}

async function deploy(context: Context, flags: DeployFlags): Promise<CommandResult> {
  const { output, terminal, signal } = context;
  const rpcUrl = context.network().l1RpcUrl();
  const chainId = await askChainId(rpcUrl);
  const isDevelopment = DEV_CHAIN_IDS.includes(chainId);
  const srs = flags.srs === "auto" ? (isDevelopment ? "dev" : "ignition") : flags.srs;
  if (srs === "dev" && !isDevelopment) {
    throw cliError("cli/bad-deployment", `verifiers over the development SRS are not allowed on chain ${chainId}`);
  }
  if (flags.confirm !== undefined && flags.confirm !== String(chainId)) {
    const shown = redactUrl(rpcUrl);
    throw cliError("cli/wrong-chain", `--confirm names chain ${flags.confirm}, but ${shown} serves chain ${chainId}`);
  }
  const identity = findIdentity(context);
  const parameters = parametersOf(flags, identity.owner);
  const { ensureBuilt } = await import("../devnet/setup.ts");
  const { loadDeployment } = await import("../deploy/artefacts.ts");
  const { planDeployment } = await import("../deploy/plan.ts");
  const cacheDir = cacheDirOf(terminal);
  const circuits: readonly LastCircuit[] = [
    ...flags.slots.map((slots) => `solo${slots}` as const),
    ...(flags.batching === true ? (["pair", "batch"] as const) : []),
  ];
  await ensureBuilt({ circuits, srs, cacheDir, progress: output.progress, signal });
  const artefacts = loadDeployment(cacheDir, circuits, srs);
  const reader = connectReader(rpcUrl, chainId);
  const { createCreator } = await import("../deploy/creator.ts");
  const creator = createCreator(context, flags, reader, identity.owner);
  const plan = await planDeployment(reader, identity.owner, artefacts, parameters, creator.find);
  if (flags.confirm === undefined) return planResult(plan, srs);
  if (plan.balanceWei < plan.costLimitWei) {
    throw cliError("cli/bad-deployment", `${plan.deployer} has ${formatEther(plan.balanceWei)} ETH, too little`);
  }
  if (flags.out !== undefined && existsSync(flags.out)) throw cliError("cli/usage", `${flags.out} exists`);

  output.progress(`deploying on chain ${chainId} …`);
  const { deployRollup } = await import("@cairn/contracts");
  const { recordDeployment } = await import("../deploy/record.ts");
  const { writeFileDurably } = await import("../devnet/durable-file.ts");
  const wallet = connectWallet(rpcUrl, chainId, await identity.l1Account());
  const { operator } = parameters;
  const deployed = await deployRollup({
    walletClient: wallet,
    create: creator.createWith(wallet),
    publicClient: reader,
    rollup: artefacts.rollup,
    fixedOperator: operator === null ? null : { contract: artefacts.fixedOperator, operator },
    verifiers: artefacts.verifiers.map((contract) => ({ circuit: contract.circuit, contract })),
    parameters,
  });
  const record = await recordDeployment(reader, deployed, artefacts, parameters, identity.owner);
  const path = resolve(flags.out ?? `deployment-${chainId}-${record.rollup.toLowerCase()}.json`);
  writeFileDurably(path, `${JSON.stringify(record, null, 2)}\n`);
  if (flags.writeProfile !== undefined) {
    const { rollup, blockNumber } = record;
    const where = { chainId, rollup, l1RpcUrl: rpcUrl, deploymentBlock: blockNumber };
    writeProfile(resolve(flags.writeProfile), { version: 1, ...where });
  }
  return recordResult(record, path);
}

function parametersOf(flags: DeployFlags, deployer: Address): DeploymentParameters {
  const { operator = deployer } = flags;
  return {
    operator: operator === "none" ? null : parseAddress(operator),
    inclusionDelaySeconds: flags.inclusionDelay,
    operatorIdleDelaySeconds: flags.operatorIdleDelay,
    returnDelaySeconds: flags.returnDelay,
    freezeDelaySeconds: flags.freezeDelay,
    queueBaseFeeWei: flags.queueBaseFee,
  };
}

function planResult(plan: DeploymentPlan, srs: SrsKind): CommandResult {
  const contracts = [...plan.verifiers, ...(plan.policy === null ? [] : [plan.policy]), plan.rollup];
  const text = [
    `Chain ${plan.chainId}; nothing was sent. Every creation was simulated on L1 and succeeds.`,
    table([
      ...contracts.map(({ name, address, codeBytes, gas, gasLimit, isSigned }) => [
        name,
        address,
        `${codeBytes} bytes`,
        isSigned ? "signed by an earlier run" : gasText(gas, gasLimit),
      ]),
    ]),
    table([
      ...parameterRows(plan.parameters),
      ["SRS", srs === "dev" ? "development: proofs can be forged by anyone" : "Ignition"],
      ["deployer", `${plan.deployer}, ${formatEther(plan.balanceWei)} ETH`],
      ["cost", expectedCost({ ...plan, feeWei: plan.costWei, feeLimitWei: plan.costLimitWei })],
      ["gas price", `${plan.gasPriceWei} wei`],
    ]),
    `To deploy: the same command with --confirm ${plan.chainId}`,
  ].join("\n\n");
  return { data: { isDryRun: true, srs, ...plan }, text };
}

function gasText(gas: bigint | null, gasLimit: bigint): string {
  return gas === null ? `at most ${gasLimit} gas` : `${gas} gas`;
}

function recordResult(record: DeploymentRecord, path: string): CommandResult {
  const { queueBaseFeeWei, ...rest } = record.parameters;
  const text = table([
    ["rollup", record.rollup, record.codeHashes.rollup],
    ["account tree", record.accountTree, record.codeHashes.accountTree],
    ["binding", record.binding, record.codeHashes.binding],
    ...(record.policy === null ? [] : [["policy", record.policy, record.codeHashes.policy ?? ""]]),
    ...record.circuits.map(({ circuit, verifier, verifierCodeHash }) => [
      `verifier ${circuit}`,
      verifier,
      verifierCodeHash,
    ]),
    ["transaction", record.transactionHash, `L1 block ${record.blockNumber}`],
    ...parameterRows({ ...rest, queueBaseFeeWei: BigInt(queueBaseFeeWei) }),
    ["record", path],
  ]);
  return { data: { isDryRun: false, record: path, ...record }, text };
}

function parameterRows(parameters: DeploymentParameters): string[][] {
  return [
    ["operator", parameters.operator ?? "none: submission is open to all"],
    ["inclusion delay", `${parameters.inclusionDelaySeconds} s`],
    ["operator's idle delay", `${parameters.operatorIdleDelaySeconds} s`],
    ["return delay", `${parameters.returnDelaySeconds} s`],
    ["freeze delay", `${parameters.freezeDelaySeconds} s`],
    ["queue's base fee", `${formatEther(parameters.queueBaseFeeWei)} ETH`],
  ];
}

function seconds(flag: string, text: string, fallback: number): Option {
  return new Option(`${flag} <seconds>`, text)
    .argParser(parseSeconds)
    .default(fallback, String(fallback))
    .helpGroup(PARAMETERS);
}

function parseSizes(text: string): SoloSize[] {
  const sizes = SOLO_SIZES.filter((size) => text.split(",").includes(String(size)));
  if (sizes.length === text.split(",").length) return sizes;
  throw new InvalidArgumentError(`distinct values of ${SOLO_SIZES.join(", ")}, separated by commas`);
}

function parseSeconds(text: string): number {
  if (/^[1-9][0-9]{0,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("a whole number of seconds");
}

function parseWei(text: string): bigint {
  if (/^[1-9][0-9]{0,30}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError("a whole number of wei");
}
