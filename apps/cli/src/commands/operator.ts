import { rollupAbi } from "@cairn/contracts";
import type { L1Rollup } from "@cairn/l1";
import type { Command } from "commander";
import { type Address, encodeFunctionData, getAddress, isAddressEqual, zeroAddress } from "viem";
import { parseAddress } from "../address.ts";
import type { Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host } from "../host.ts";
import { addSendOptions, openCaller, type SendFlags } from "../l1/caller.ts";
import { sentRows } from "../l1/sent-calls.ts";
import { type CommandResult, table } from "../output.ts";

interface Roles {
  /** Null when submission is open to all for ever. */
  readonly operator: Address | null;
  /** Null when no handover is pending. */
  readonly proposed: Address | null;
}

interface BurnFlags extends SendFlags {
  readonly confirm?: string;
}

const FUNCTIONS = { propose: "proposeOperator", accept: "acceptOperator", burn: "burnOperator" } as const;

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
    const data = encodeFunctionData({ abi: rollupAbi, functionName: FUNCTIONS.propose, args: [address] });
    return send(context, flags, FUNCTIONS.propose, data, ({ operator }) => operator);
  });

  const accept = sending(group.command("accept").description("accept the role that was offered to you"));
  addExamples(accept, "cairn operator accept --key new-operator");
  run(accept, (context, flags: SendFlags) => {
    const data = encodeFunctionData({ abi: rollupAbi, functionName: FUNCTIONS.accept });
    return send(context, flags, FUNCTIONS.accept, data, ({ proposed }) => proposed);
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
    const data = encodeFunctionData({ abi: rollupAbi, functionName: FUNCTIONS.burn });
    return send(context, flags, FUNCTIONS.burn, data, ({ operator }) => operator);
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
  const allowed = whoMay(before);
  const isAllowed = allowed !== null && isAddressEqual(allowed, from);
  if (!isAllowed && !(await caller.isCallPending({ name, data }))) {
    throw cliError("cli/not-operator", `only ${allowed ?? "nobody"} may call ${name}, not ${from}`, {
      details: { ...before, from },
    });
  }
  const { sent } = await caller.send({ name, data });
  const roles = await readRoles(caller.rollup);
  return { data: { ...roles, transactions: [sent] }, text: table([...roleRows(roles), ...sentRows([sent])]) };
}

async function readRoles({ reader, address }: L1Rollup): Promise<Roles> {
  const contract = { address, abi: rollupAbi } as const;
  const [operator, proposed] = await Promise.all([
    reader.readContract({ ...contract, functionName: "operator" }),
    reader.readContract({ ...contract, functionName: "proposedOperator" }),
  ]);
  const given = (one: Address) => (isAddressEqual(one, zeroAddress) ? null : one);
  return { operator: given(operator), proposed: given(proposed) };
}

function roleRows({ operator, proposed }: Roles): string[][] {
  return [
    ["operator", operator ?? "none: anyone may submit batches"],
    ["offered to", proposed ?? "nobody"],
  ];
}
