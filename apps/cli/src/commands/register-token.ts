import { erc20Abi, rollupAbi } from "@cairn/contracts";
import { encodeFunctionData } from "viem";
import { parseAddress } from "../address.ts";
import { cliError } from "../errors.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host } from "../host.ts";
import { addDryRunOption, openSender, type SendFlags, sentRow } from "../l1/sending.ts";
import { table } from "../output.ts";

/** `cairn register-token`: gives an ERC-20 its number, so that it can be deposited. */
export function addRegisterTokenCommand({ program, run }: Host): void {
  const command = program
    .command("register-token")
    .description("give an ERC-20 a number in the rollup, so that it can be deposited; anyone may, once per token")
    .argument("<contract>", "the token's L1 address");
  addNetworkOptions(addKeyOptions(addDryRunOption(command)));
  addExamples(command, "cairn register-token 0x5FbDB2315678afecb367f032d93F642f64180aa3 --key operator");
  run(command, async (context, flags: SendFlags, text: string) => {
    const token = parseAddress(text);
    const sender = await openSender(context, flags, context.network());
    const { reader, address } = sender.rollup;
    const numberOf = () => reader.readContract({ address, abi: rollupAbi, functionName: "tokenIdOf", args: [token] });
    const known = await numberOf();
    if (known !== 0) {
      return { data: { tokenId: known, token, transactions: [] }, text: `${token} is token ${known} already.` };
    }
    try {
      await reader.readContract({ address: token, abi: erc20Abi, functionName: "totalSupply" });
    } catch (cause) {
      throw cliError("cli/bad-address", `${token} is no ERC-20`, { cause });
    }
    const data = encodeFunctionData({ abi: rollupAbi, functionName: "registerToken", args: [token] });
    const { sent } = await sender.send({ name: "registerToken", data });
    const tokenId = sender.isDryRun ? null : await numberOf();
    const rows = [["token", tokenId === null ? token : `${tokenId}, ${token}`], sentRow(sent)];
    return { data: { tokenId, token, transactions: [sent] }, text: table(rows) };
  });
}
