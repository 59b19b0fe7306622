import { addExamples, addKeyOptions, addNetworkOptions, type Host, markSending } from "../host.ts";
import { assertCovered, assertFee, parseSignedAmount } from "../payments/amount.ts";
import { addFeeOptions, chooseFee, type FeeOptions } from "../payments/fees.ts";
import { findPayee } from "../payments/payee.ts";
import { addReferenceOption, parseReference, type ReferenceOptions } from "../payments/reference.ts";
import { findSender, openSigning, parseIndex } from "../payments/session.ts";
import { addAgainOption, type SubmitFlags, submitAndReport } from "../payments/submit.ts";
import { addValidityOption, parseValidity, type ValidityOptions, validUntil } from "../payments/validity.ts";
import { addWaitOptions } from "../payments/waiting.ts";
import { findToken } from "../tokens.ts";

interface TransferOptions extends FeeOptions, SubmitFlags, ValidityOptions, ReferenceOptions {
  readonly from?: string;
}

/** `cairn transfer`: pays someone on L2. */
export function addTransferCommand({ program, run }: Host): void {
  const command = program
    .command("transfer")
    .description("pay an account, an address or a payment code on L2")
    .argument("<amount>", "in whole units, or all")
    .argument("<token>", "symbol, number or contract")
    .argument("<to>", "account index, owner's address, or payment code")
    .option("--from <index>", "account that pays; default: the key's richest");
  addWaitOptions(addValidityOption(addFeeOptions(addReferenceOption(command))));
  addNetworkOptions(addKeyOptions(markSending(addAgainOption(command))));
  addExamples(
    command,
    "cairn transfer 0.1 ETH 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    "cairn transfer 25 USD 66 --wait proven",
    'cairn transfer 25 USD 66 --reference "invoice 17"',
    "cairn transfer all ETH cairn1… --key alice",
  );
  run(command, async (context, options: TransferOptions, amountText: string, tokenText: string, to: string) => {
    const token = await findToken(context.network(), tokenText);
    const amount = parseSignedAmount(amountText, token);
    const seconds = parseValidity(options);
    const reference = parseReference(options);
    const session = await openSigning(context);
    const lastSecond = validUntil(session, seconds);
    const request = { command: "transfer", amount, token: token.id, to, from: options.from ?? null, reference };
    const sign = async () => {
      const from = await findSender(session, token, options.from === undefined ? undefined : parseIndex(options.from));
      const payee = await findPayee(session, to, token);
      const limit = amount === "all" ? BigInt(from.balance) / 2n : amount;
      const kind = payee.type === "new" ? "transferToNew" : "transfer";
      const fee = await chooseFee(session.client, kind, token, options, limit);
      assertFee(fee, token);
      assertCovered(from, amount, fee, token);
      return [session.wallet.transfer({ from, to: payee, amount, fee, validUntil: lastSecond, reference })];
    };
    return submitAndReport(context, session, request, sign, options);
  });
}
