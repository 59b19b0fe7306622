import { fixedOperatorAbi, rollupAbi } from "@cairn/contracts";
import type { L1Rollup } from "@cairn/l1";
import type { Command } from "commander";
import {
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  encodeFunctionData,
  getAddress,
  isAddressEqual,
  zeroAddress,
} from "viem";
import { parseAddress } from "../address.ts";
import type { Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host } from "../host.ts";
import { addSendOptions, openCaller, type SendFlags } from "../l1/caller.ts";
import { sentRows } from "../l1/sent-calls.ts";
import { type CommandResult, table } from "../output.ts";

interface Roles {
  /** The contract that says who may submit first; null when the rollup has none. */
  readonly policy: Address | null;
  /** Null when submission is open to all for ever. */
  readonly operator: Address | null;
  /** Null when no handover is pending. */
  readonly proposed: Address | null;
}

interface BurnFlags extends SendFlags {
  readonly confirm?: string;
}

/** `cairn operator`: shows, hands over or gives up the operator's role. */
export function addOperatorCommand({ program, run }: Host): void {
  const group = program.command("operator").description("show, hand over or give up the operator's role");

  const show = addNetworkOptions(
    group.command("show").description("show the operator, and who the role is offered to"),
  );
  addExamples(show, "cairn operator show");
  run(show, async (context) => {
    const roles = await readRoles(await context.network().l1());
    return { data: roles, text: table(roleRows(roles)) };
  });

  const propose = sending(
    group
      .command("propose")
      .description("offer the role to another plain account, which must accept it; none withdraws the offer")
      .argument("<address>", "L1 address, or none"),
  );
  addExamples(propose, "cairn operator propose 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --key operator");
  run(propose, (context, flags: SendFlags, next: string) => {
    const address = next === "none" ? zeroAddress : parseAddress(next);
    const data = encodeFunctionData({ abi: fixedOperatorAbi, functionName: "propose", args: [address] });
    return send(context, flags, "propose", data, ({ operator }) => operator);
  });

  const accept = sending(group.command("accept").description("accept the role that was offered to you"));
  addExamples(accept, "cairn operator accept --key new-operator");
  run(accept, (context, flags: SendFlags) => {
    const data = encodeFunctionData({ abi: fixedOperatorAbi, functionName: "accept" });
    return send(context, flags, "accept", data, ({ proposed }) => proposed);
  });

  const burn = sending(
    group
      .command("burn")
      .description("give the role up for ever: anyone may submit batches from then on")
      .option("--confirm <rollup>", "the rollup's address, because this cannot be undone"),
  );
  addExamples(burn, "cairn operator burn --key operator --confirm 0x5FbDB2315678afecb367f032d93F642f64180aa3");
  run(burn, async (context, flags: BurnFlags) => {
    const rollup = context.network().rollup();
    const isConfirmed = flags.confirm !== undefined && isAddressEqual(parseAddress(flags.confirm), rollup);
    if (!isConfirmed && flags.dryRun !== true) {
      throw cliError("cli/usage", `giving up the role cannot be undone: add --confirm ${getAddress(rollup)}`);
    }
    const data = encodeFunctionData({ abi: fixedOperatorAbi, functionName: "burn" });
    return send(context, flags, "burn", data, ({ operator }) => operator);
  });
}

function sending(command: Command): Command {
  return addNetworkOptions(addKeyOptions(addSendOptions(command)));
}

async function send(
  context: Context,
  flags: SendFlags,
  name: string,
  data: `0x${string}`,
  whoMay: (roles: Roles) => Address | null,
): Promise<CommandResult> {
  const caller = await openCaller(context, flags, context.network());
  const from = caller.from();
  const before = await readRoles(caller.rollup);
  const { policy } = before;
  if (policy === null) throw cliError("cli/not-operator", "the rollup has no operator: anyone may submit batches");
  const call = { name, data, to: policy };
  const allowed = whoMay(before);
  const isAllowed = allowed !== null && isAddressEqual(allowed, from);
  if (!isAllowed && !(await caller.isCallPending(call))) {
    throw cliError("cli/not-operator", `only ${allowed ?? "nobody"} may call ${name}, not ${from}`, {
      details: { ...before, from },
    });
  }
  const { sent } = await caller.send(call);
  const roles = await readRoles(caller.rollup);
  return { data: { ...roles, transactions: [sent] }, text: table([...roleRows(roles), ...sentRows([sent])]) };
}

/** Throws `cli/not-operator` when the rollup's policy is none that fixes an operator. */
async function readRoles({ reader, address }: L1Rollup): Promise<Roles> {
  const { policy } = await reader.readContract({ address, abi: rollupAbi, functionName: "parameters" });
  if (isAddressEqual(policy, zeroAddress)) return { policy: null, operator: null, proposed: null };
  const contract = { address: policy, abi: fixedOperatorAbi } as const;
  try {
    const [operator, proposed] = await Promise.all([
      reader.readContract({ ...contract, functionName: "operator" }),
      reader.readContract({ ...contract, functionName: "proposedOperator" }),
    ]);
    const given = (one: Address) => (isAddressEqual(one, zeroAddress) ? null : one);
    return { policy, operator: given(operator), proposed: given(proposed) };
  } catch (cause) {
    if (!isNoSuchFunction(cause)) throw cause;
    throw cliError("cli/not-operator", `the policy ${policy} has no operator's role to hand over`, {
      cause,
      details: { policy },
    });
  }
}

/** Whether a contract answered that it has no such function, as opposed to an L1 node that does not answer. */
function isNoSuchFunction(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false;
  const isAnswer = (cause: unknown) =>
    cause instanceof ContractFunctionRevertedError || cause instanceof ContractFunctionZeroDataError;
  return error.walk(isAnswer) !== null;
}

function roleRows({ policy, operator, proposed }: Roles): string[][] {
  return [
    ["policy", policy ?? "none"],
    ["operator", operator ?? "none: anyone may submit batches"],
    ["offered to", proposed ?? "nobody"],
  ];
}
