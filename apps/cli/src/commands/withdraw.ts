import { parseAddress } from "../address.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host, markSending } from "../host.ts";
import { assertCovered, assertFee, parseSignedAmount } from "../payments/amount.ts";
import { addFeeOptions, chooseFee, type FeeOptions } from "../payments/fees.ts";
import { addReferenceOption, parseReference, type ReferenceOptions } from "../payments/reference.ts";
import { findSender, openSigning, parseIndex } from "../payments/session.ts";
import { addAgainOption, type SubmitFlags, submitAndReport } from "../payments/submit.ts";
import { addValidityOption, parseValidity, type ValidityOptions, validUntil } from "../payments/validity.ts";
import { addWaitOptions } from "../payments/waiting.ts";
import { findToken } from "../tokens.ts";

interface WithdrawOptions extends FeeOptions, SubmitFlags, ValidityOptions, ReferenceOptions {
  readonly from?: string;
}

/** `cairn withdraw`: moves money to L1. */
export function addWithdrawCommand({ program, run }: Host): void {
  const command = program
    .command("withdraw")
    .description("move money to an L1 address")
    .argument("<amount>", "in whole units, or all")
    .argument("<token>", "symbol, number or contract")
    .argument("[recipient]", "L1 address; default: the owner's")
    .option("--from <index>", "account that pays; default: the key's richest");
  addWaitOptions(addValidityOption(addFeeOptions(addReferenceOption(command))), [
    "confirmed",
    "proven",
    "final",
    "paid",
  ]);
  addNetworkOptions(addKeyOptions(markSending(addAgainOption(command))));
  addExamples(
    command,
    "cairn withdraw 0.5 ETH",
    "cairn withdraw all USD 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --wait paid",
  );
  run(
    command,
    async (context, options: WithdrawOptions, amountText: string, tokenText: string, to: string | undefined) => {
      const given = to === undefined ? null : parseAddress(to);
      const token = await findToken(context.network(), tokenText);
      const amount = parseSignedAmount(amountText, token);
      const seconds = parseValidity(options);
      const reference = parseReference(options);
      const session = await openSigning(context);
      const lastSecond = validUntil(session, seconds);
      const recipient = given ?? session.identity.owner;
      const request = {
        command: "withdraw",
        amount,
        token: token.id,
        recipient,
        from: options.from ?? null,
        reference,
      };
      const sign = async () => {
        const from = await findSender(
          session,
          token,
          options.from === undefined ? undefined : parseIndex(options.from),
        );
        const limit = amount === "all" ? BigInt(from.balance) / 2n : amount;
        const fee = await chooseFee(session.client, "withdraw", token, options, limit);
        assertFee(fee, token);
        assertCovered(from, amount, fee, token);
        return [session.wallet.withdraw({ from, recipient, amount, fee, validUntil: lastSecond, reference })];
      };
      return submitAndReport(context, session, request, sign, options);
    },
  );
}
