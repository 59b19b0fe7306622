import { rollupAbi } from "@cairn/contracts";
import { addressToBigint, bigintToAddress } from "@cairn/protocol";
import { encodeFunctionData } from "viem";
import { sdkError } from "../errors.ts";
import type { Handle } from "../requests/handle.ts";
import { senderOf } from "../requests/l1-sending.ts";
import type { CairnClient } from "./context.ts";
import { type RequestOptions, sendOnL1 } from "./send-on-l1.ts";
import { resolveToken, type TokenRef } from "./tokens.ts";

/** Parameters of {@link claim}. */
export interface ClaimParameters extends RequestOptions {
  /** ETH by default. */
  readonly token?: TokenRef;
  /** L1 address that is paid; the client's account by default. Only for one's own claims. */
  readonly to?: string;
  /** Claims for someone else, who is paid. */
  readonly for?: string;
}

/**
 * Units of a token that somebody can claim: payouts that could not be delivered. Throws as `findToken`.
 *
 * @example const amount = await readClaimable(client, { token: 1 });
 */
export async function readClaimable(
  client: CairnClient,
  { token = "ETH", for: beneficiary }: Pick<ClaimParameters, "token" | "for"> = {},
): Promise<bigint> {
  const l1 = await client.cairn.l1();
  const { id } = await resolveToken(l1, token);
  const who = bigintToAddress(addressToBigint(beneficiary ?? client.cairn.owner()));
  const contract = { address: l1.address, abi: rollupAbi } as const;
  return l1.reader.readContract({ ...contract, functionName: "claimable", args: [id, who] });
}

/**
 * Collects payments that their recipient could not take when they were made. Throws `sdk/nothing-to-do`,
 * `sdk/bad-request` for a recipient of somebody else's claim, and as `deposit`.
 *
 * @example await (await claim(client, { token: "ETH", to: "0x7099…" })).wait({ for: "mined" });
 */
export async function claim(client: CairnClient, parameters: ClaimParameters = {}): Promise<Handle<"claim">> {
  const { requestId, token: ref = "ETH", to, for: other } = parameters;
  if (to !== undefined && other !== undefined)
    throw sdkError("sdk/bad-request", "a claim for someone else pays them: give no recipient");
  const beneficiary = bigintToAddress(addressToBigint(other ?? senderOf(client).address));
  const recipient = bigintToAddress(addressToBigint(to ?? beneficiary));
  return sendOnL1(client, {
    kind: "claim",
    requestId,
    wanted: { token: ref, to: recipient, for: beneficiary },
    makeCall: async (l1) => {
      const { id } = await resolveToken(l1, ref);
      const contract = { address: l1.address, abi: rollupAbi } as const;
      const amount = await l1.reader.readContract({ ...contract, functionName: "claimable", args: [id, beneficiary] });
      if (amount === 0n) throw sdkError("sdk/nothing-to-do", `${beneficiary} has nothing to claim in token ${id}`);
      if (other === undefined) {
        const data = encodeFunctionData({ abi: rollupAbi, functionName: "claim", args: [id, recipient] });
        return { name: "claim", data };
      }
      const data = encodeFunctionData({ abi: rollupAbi, functionName: "claimFor", args: [id, beneficiary] });
      return { name: "claimFor", data };
    },
  });
}
