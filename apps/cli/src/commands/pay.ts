import { addressToBigint, MAX_BATCH_PAYOUTS } from "@cairn/protocol";
import { allPayouts, findUnpaidPayouts, payoutsOf, type UnpaidPayout } from "@cairn/restore";
import { isPaymentRequest } from "@cairn/sdk";
import { parseAddress } from "../address.ts";
import { cliError } from "../errors.ts";
import { formatAmounts, sumByToken } from "../escape/amounts.ts";
import { type PayOutcome, payAll } from "../escape/payments.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host } from "../host.ts";
import { addSendOptions, openCaller, type SendFlags } from "../l1/caller.ts";
import { sentRows } from "../l1/sent-calls.ts";
import { type CommandResult, table } from "../output.ts";
import { addMaxFeeOption, type MaxFeeOption, payOneRequest } from "../payments/requests.ts";
import { addStateOption, type RestoredSession, type StateFlags, withRestored } from "../restored/session.ts";

interface PayOptions extends SendFlags, StateFlags, MaxFeeOption {
  readonly recipient?: string;
  readonly maxCount: string;
}

const DEFAULT_COUNT = "32";

/** `cairn pay`: pays a request on L2, or executes proven payouts on L1, whose lists anyone can rebuild. */
export function addPayCommand({ program, run }: Host): void {
  const command = program
    .command("pay")
    .description(
      "pay a request on L2, or proven payouts on L1 that have not been paid yet, with lists rebuilt from L1 alone",
    )
    .argument("[what]", "a request (cairn:…, link or QR text), or a batch whose payouts to pay; default: all payouts")
    .option("--recipient <address>", "only payouts to this address")
    .option(
      "--max-count <number>",
      "payouts per transaction, fewer if their worst case needs more gas than one may have",
      DEFAULT_COUNT,
    );
  addNetworkOptions(addKeyOptions(addStateOption(addSendOptions(addMaxFeeOption(command)))));
  addExamples(
    command,
    "cairn pay cairn:cairn1… --key alice",
    "cairn pay --dry-run",
    "cairn pay 7",
    "cairn pay --recipient 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  );
  run(command, async (context, options: PayOptions, batchText: string | undefined) => {
    if (batchText !== undefined && isPaymentRequest(batchText)) return payOneRequest(context, options, batchText);
    const batch = batchText === undefined ? null : parseNumber(batchText, "a batch number", 2 ** 48);
    const recipient = options.recipient === undefined ? null : addressToBigint(parseAddress(options.recipient));
    const maxCount = parseNumber(options.maxCount, "--max-count", MAX_BATCH_PAYOUTS);
    return withRestored(context, options, async (session) => {
      const caller = await openCaller(context, options, session.network);
      const { access, restored, head } = session;
      const lists = batch === null ? allPayouts(restored) : [payoutsOf(restored, batch)];
      const unpaid = await findUnpaidPayouts(access, lists, head.block);
      const wanted = unpaid.filter((payout: UnpaidPayout) => recipient === null || payout.recipient === recipient);
      return tell(session, await payAll(session, caller, wanted, maxCount));
    });
  });
}

async function tell({ network }: RestoredSession, outcome: PayOutcome): Promise<CommandResult> {
  const { payouts, refused, transactions } = outcome;
  const totals = sumByToken(payouts);
  const data = { ...outcome, totals };
  if (payouts.length === 0 && refused.length === 0) return { data, text: "No payout is left to pay." };
  const deferred = payouts.filter(({ paid }) => paid === false);
  const rows = [
    ["payouts", `${payouts.length}, ${await formatAmounts(network, totals)}`],
    ...(deferred.length === 0
      ? []
      : [["not received", `${deferred.length}: claimable by their recipients (cairn claim)`]]),
    ...refused.map(({ batch, position, recipient, reason }) => [
      "REFUSED",
      `payout ${position} of batch ${batch} to ${recipient}: ${reason}`,
    ]),
    ...sentRows(transactions),
  ];
  return { data, text: table(rows), exitCode: refused.length === 0 ? 0 : 1 };
}

function parseNumber(text: string, what: string, most: number): number {
  if (/^[1-9][0-9]{0,14}$/.test(text) && Number(text) <= most) return Number(text);
  throw cliError("cli/usage", `${what} must be a number from 1 to ${most}, not ${text}`);
}
