import type { CreateContract } from "@cairn/contracts";
import { type L1Reader, type L1Wallet, sendCreation } from "@cairn/l1";
import { type Address, getAddress, getContractAddress, type Hex, keccak256, zeroAddress } from "viem";
import type { Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { type SendFlags, timingOf } from "../l1/caller.ts";
import { openJournal } from "../l1/journal.ts";
import { findEarlier, intentOf, type JournaledSender, sendJournaled } from "../l1/journaled.ts";

/** Creates the contracts of a deployment, each once, however often the command is interrupted and repeated. */
export interface Creator {
  /** Address of a creation that an earlier run signed and whose deployment was not reported; null if there is none. */
  readonly find: (name: string, data: Hex) => Promise<Address | null>;
  /** Creates a contract, or resumes its creation. Throws as `sendCreation`, `cli/l1-busy` and `cli/bad-journal`. */
  readonly createWith: (wallet: L1Wallet) => CreateContract;
}

/** A creator whose transactions are in the journal below the command's home. */
export function createCreator(context: Context, flags: SendFlags, reader: L1Reader, deployer: Address): Creator {
  // There is no rollup yet: the zero address stands for what has none.
  const journal = openJournal(context.home, { chainId: reader.chain.id, rollup: zeroAddress, from: deployer });
  const timing = timingOf(context, flags);
  const sender: JournaledSender = { context, journal, reader, again: flags.again === true, timing };
  const intent = (name: string, data: Hex) => intentOf({ command: "deploy", contract: name, code: keccak256(data) });
  return {
    find: async (name, data) => {
      const earlier = await findEarlier(sender, intent(name, data));
      if (earlier === null) return null;
      return getContractAddress({ from: deployer, nonce: BigInt(earlier.transaction.nonce) });
    },
    createWith: (wallet) => async (name, data) => {
      const { receipt } = await sendJournaled(sender, intent(name, data), wallet, (options) =>
        sendCreation(reader, wallet, { name, data }, options),
      );
      const address = receipt.contractAddress;
      if (address == null) throw cliError("cli/bad-deployment", `${name} has no address in ${receipt.transactionHash}`);
      return { address: getAddress(address), receipt };
    },
  };
}
