import { encodeAccountLeaf, rollupAbi } from "@cairn/contracts";
import { accountIndex, bigintToHex } from "@cairn/protocol";
import type { ExitProof } from "@cairn/restore";
import { exitCall } from "@cairn/sdk";
import { checkedProof } from "../escape/exits.ts";
import { addExamples, addNetworkOptions, type Host } from "../host.ts";
import { table } from "../output.ts";
import { parseIndex } from "../payments/session.ts";
import { addStateOption, type RestoredSession, type StateFlags, withRestored } from "../restored/session.ts";
import { formatIn, tokensForShow } from "../tokens.ts";

/** `cairn exit-proof`: a proof of accounts in the last proven state, for any wallet to send. */
export function addExitProofCommand({ program, run }: Host): void {
  const command = program
    .command("exit-proof")
    .description(
      "prove from L1 alone that accounts are in the last proven state, and write the call that pays them out",
    )
    .argument("<index...>", "accounts, several under one proof");
  addNetworkOptions(addStateOption(command));
  addExamples(command, "cairn exit-proof 66", "cairn exit-proof 66 70 71 --json > proof.json");
  run(command, async (context, options: StateFlags, texts: readonly string[]) => {
    const indices = [...new Set(texts.map(parseIndex))].sort((a, b) => a - b).map(accountIndex);
    return withRestored(context, options, async (session) => {
      const { access, head, network } = session;
      const { reader, address } = access.rollup;
      const blockNumber = BigInt(head.block);
      const isFrozen = await reader.readContract({ address, abi: rollupAbi, functionName: "isFrozen", blockNumber });
      const proof = checkedProof(session, indices);
      const data = document(session, proof, isFrozen);
      const tokens = await tokensForShow(
        network,
        data.accounts.map(({ tokenId }) => tokenId),
      );
      const accounts = data.accounts.map(({ index, tokenId, balance, owner }) => [
        `account ${index}`,
        `${formatIn(tokens, tokenId, balance)} of ${owner}`,
      ]);
      const rows = [
        ...accounts,
        ["state root", `${data.root} after batch ${data.batch}`],
        ["siblings", String(proof.siblings.length)],
        ["usable", isFrozen ? "now, by anyone" : "once the rollup is frozen, unless another batch is accepted before"],
        ["call", `${data.call.function} of ${data.call.to}, from any account`],
        ["calldata", data.call.data],
      ];
      return { data, text: table(rows) };
    });
  });
}

function document({ restored, access, head }: RestoredSession, proof: ExitProof, isFrozen: boolean) {
  const { root, batch } = restored.position();
  const { name, data } = exitCall(proof);
  return {
    root: bigintToHex(root, 32),
    batch,
    l1Block: head.block,
    isFrozen,
    accounts: proof.accounts.map(encodeAccountLeaf),
    siblings: proof.siblings.map((sibling) => bigintToHex(sibling, 32)),
    call: { to: access.rollup.address, function: name, data },
  };
}
