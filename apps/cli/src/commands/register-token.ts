import { erc20Abi, rollupAbi } from "@cairn/contracts";
import { type L1Reader, l1Error } from "@cairn/l1";
import { isCairnError } from "@cairn/protocol";
import { type Address, encodeFunctionData, isAddressEqual, parseEventLogs, type TransactionReceipt } from "viem";
import { parseAddress } from "../address.ts";
import { cliError } from "../errors.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host } from "../host.ts";
import { addSendOptions, openCaller, type SendFlags } from "../l1/caller.ts";
import { sentRows } from "../l1/sent-calls.ts";
import { table } from "../output.ts";

/** `cairn register-token`: gives an ERC-20 a number, so that it can be deposited. */
export function addRegisterTokenCommand({ program, run }: Host): void {
  const command = program
    .command("register-token")
    .description("give an ERC-20 a number in the rollup, so that it can be deposited; anyone may, once per token")
    .argument("<contract>", "the token's L1 address");
  addNetworkOptions(addKeyOptions(addSendOptions(command)));
  addExamples(command, "cairn register-token 0x5FbDB2315678afecb367f032d93F642f64180aa3 --key operator");
  run(command, async (context, flags: SendFlags, text: string) => {
    const token = parseAddress(text);
    const caller = await openCaller(context, flags, context.network());
    const { reader, address } = caller.rollup;
    const numberOf = () => reader.readContract({ address, abi: rollupAbi, functionName: "tokenIdOf", args: [token] });
    const data = encodeFunctionData({ abi: rollupAbi, functionName: "registerToken", args: [token] });
    const call = { name: "registerToken", data };
    const alreadyIs = (tokenId: number) => ({
      data: { tokenId, token, isNew: false, transactions: [] },
      text: `${token} is already token ${tokenId}.`,
    });
    if (!(await caller.isCallPending(call))) {
      const known = await numberOf();
      if (known !== 0) return alreadyIs(known);
      await assertErc20(reader, token);
    }
    try {
      const { sent, receipt } = await caller.send(call);
      const tokenId = receipt === null ? null : registeredId(receipt, address, token);
      const rows = [["token", tokenId === null ? token : `${tokenId}, ${token}`], ...sentRows([sent])];
      return { data: { tokenId, token, isNew: true, transactions: [sent] }, text: table(rows) };
    } catch (error) {
      // Someone else was faster, before or after this was sent.
      const known = isCairnError(error, "l1/transaction-reverted") ? await numberOf() : 0;
      if (known === 0) throw error;
      return alreadyIs(known);
    }
  });
}

/** The number that this transaction assigned to the token. Throws `l1/unknown-event`. */
function registeredId({ logs, transactionHash }: TransactionReceipt, rollup: Address, token: Address): number {
  const own = logs.filter((log) => isAddressEqual(log.address, rollup));
  const events = parseEventLogs({ abi: rollupAbi, eventName: "TokenRegistered", logs: own });
  const event = events.find(({ args }) => isAddressEqual(args.token, token));
  if (event !== undefined) return event.args.tokenId;
  throw l1Error("l1/unknown-event", `${rollup} did not register the token in ${transactionHash}`);
}

async function assertErc20(reader: L1Reader, token: Address): Promise<void> {
  try {
    await reader.readContract({ address: token, abi: erc20Abi, functionName: "totalSupply" });
  } catch (cause) {
    throw cliError("cli/bad-address", `${token} is not an ERC-20`, { cause });
  }
}
