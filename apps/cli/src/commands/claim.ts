import { rollupAbi } from "@cairn/contracts";
import { type Address, encodeFunctionData, parseEventLogs } from "viem";
import { parseAddress } from "../address.ts";
import { formatAmount } from "../amounts.ts";
import { cliError } from "../errors.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host } from "../host.ts";
import { addSendOptions, openCaller, type SendFlags } from "../l1/caller.ts";
import { sentRows } from "../l1/sent-calls.ts";
import { table } from "../output.ts";
import { findToken } from "../tokens.ts";

interface ClaimOptions extends SendFlags {
  readonly for?: string;
}

/** `cairn claim`: collects payments that could not be delivered. */
export function addClaimCommand({ program, run }: Host): void {
  const command = program
    .command("claim")
    .description("collect payments that their recipient could not receive when they were made")
    .argument("<token>", "symbol, number or contract")
    .argument("[recipient]", "L1 address to pay; default: the key's owner")
    .option("--for <beneficiary>", "claim for someone else, who is paid");
  addNetworkOptions(addKeyOptions(addSendOptions(command)));
  addExamples(
    command,
    "cairn claim ETH",
    "cairn claim USD 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    "cairn claim ETH --for 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  );
  run(command, async (context, options: ClaimOptions, tokenText: string, to: string | undefined) => {
    if (to !== undefined && options.for !== undefined) {
      throw cliError("cli/usage", "with --for the beneficiary is paid: give no recipient");
    }
    const given = to === undefined ? null : parseAddress(to);
    const other = options.for === undefined ? null : parseAddress(options.for);
    const network = context.network();
    const token = await findToken(network, tokenText);
    const caller = await openCaller(context, options, network);
    const beneficiary: Address = other ?? caller.from();
    const { reader, address } = caller.rollup;
    const amount = await reader.readContract({
      address,
      abi: rollupAbi,
      functionName: "claimable",
      args: [token.id, beneficiary],
    });
    const recipient = given ?? beneficiary;
    const data =
      other === null
        ? encodeFunctionData({ abi: rollupAbi, functionName: "claim", args: [token.id, recipient] })
        : encodeFunctionData({ abi: rollupAbi, functionName: "claimFor", args: [token.id, other] });
    const call = { name: other === null ? "claim" : "claimFor", data };
    const base = { tokenId: token.id, beneficiary, recipient };
    if (amount === 0n && !(await caller.isCallPending(call))) {
      const text = `${beneficiary} has nothing to claim in ${token.symbol}.`;
      return { data: { ...base, amount, transactions: [] }, text };
    }
    const { sent, receipt } = await caller.send(call);
    const [claimed] = parseEventLogs({ abi: rollupAbi, eventName: "Claimed", logs: receipt?.logs ?? [] });
    const taken = claimed?.args.amount ?? amount;
    const rows = [["claimed", `${formatAmount(taken, token)} to ${recipient}`], ...sentRows([sent])];
    return { data: { ...base, amount: taken, transactions: [sent] }, text: table(rows) };
  });
}
