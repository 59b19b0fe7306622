import { rollupAbi } from "@cairn/contracts";
import { type Address, encodeFunctionData } from "viem";
import { parseAddress } from "../address.ts";
import { formatAmount } from "../amounts.ts";
import { cliError } from "../errors.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host } from "../host.ts";
import { addDryRunOption, openSender, type SendFlags, sentRow } from "../l1/sending.ts";
import { table } from "../output.ts";
import { findToken } from "../tokens.ts";

interface ClaimOptions extends SendFlags {
  readonly for?: string;
}

/** `cairn claim`: takes out what could not be paid directly. */
export function addClaimCommand({ program, run }: Host): void {
  const command = program
    .command("claim")
    .description("take out payments that their recipient could not receive when they were made")
    .argument("<token>", "symbol, number or contract")
    .argument("[recipient]", "L1 address that gets it; the key's owner without")
    .option("--for <beneficiary>", "claim for somebody else, to whom it is paid");
  addNetworkOptions(addKeyOptions(addDryRunOption(command)));
  addExamples(
    command,
    "cairn claim ETH",
    "cairn claim USD 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    "cairn claim ETH --for 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  );
  run(command, async (context, options: ClaimOptions, tokenText: string, to: string | undefined) => {
    if (to !== undefined && options.for !== undefined) {
      throw cliError("cli/usage", "a claim for somebody else is paid to them: give no recipient with --for");
    }
    const given = to === undefined ? null : parseAddress(to);
    const other = options.for === undefined ? null : parseAddress(options.for);
    const network = context.network();
    const token = await findToken(network, tokenText);
    const sender = await openSender(context, options, network);
    const beneficiary: Address = other ?? sender.from();
    const { reader, address } = sender.rollup;
    const amount = await reader.readContract({
      address,
      abi: rollupAbi,
      functionName: "claimable",
      args: [token.id, beneficiary],
    });
    const base = { tokenId: token.id, beneficiary, recipient: given ?? beneficiary, amount };
    if (amount === 0n) {
      return { data: { ...base, transactions: [] }, text: `${beneficiary} has nothing to claim in ${token.symbol}.` };
    }
    const data =
      other === null
        ? encodeFunctionData({ abi: rollupAbi, functionName: "claim", args: [token.id, base.recipient] })
        : encodeFunctionData({ abi: rollupAbi, functionName: "claimFor", args: [token.id, other] });
    const { sent } = await sender.send({ name: other === null ? "claim" : "claimFor", data });
    const rows = [["claimed", `${formatAmount(amount, token)} to ${base.recipient}`], sentRow(sent)];
    return { data: { ...base, transactions: [sent] }, text: table(rows) };
  });
}
