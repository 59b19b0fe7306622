import { type AccountIndex, accountIndex, addressToBigint } from "@cairn/protocol";
import { accountAt, accountsOf, assignedAccounts, findExited } from "@cairn/restore";
import { parseAddress } from "../address.ts";
import { cliError } from "../errors.ts";
import { formatAmounts, sumByToken } from "../escape/amounts.ts";
import { type ExitOutcome, exitAll } from "../escape/exits.ts";
import { assertFrozen } from "../escape/ladder.ts";
import { type IndexedAccount, type LeftAccount, separateStrangers } from "../escape/strangers.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host } from "../host.ts";
import { addSendOptions, openCaller, type RollupCaller, type SendFlags } from "../l1/caller.ts";
import { sentRows } from "../l1/sent-calls.ts";
import { type CommandResult, table } from "../output.ts";
import { parseIndex } from "../payments/session.ts";
import { addStateOption, type RestoredSession, type StateFlags, withRestored } from "../restored/session.ts";

interface ExitOptions extends SendFlags, StateFlags {
  readonly all?: boolean;
  readonly owner?: string;
  readonly strangers?: boolean;
  readonly chunk: string;
}

const DEFAULT_CHUNK = "16";
const MAX_CHUNK = 64;
const SHOWN_LEFT = 10;

/** `cairn exit`: pays accounts of a frozen rollup out to their owners. */
export function addExitCommand({ program, run }: Host): void {
  const command = program
    .command("exit")
    .description("pay accounts of a frozen rollup out to their owners, with a proof against its last state")
    .argument("[index]", "one account; default: all of the key's owner")
    .option("--owner <address>", "all accounts of this owner")
    .option("--all", "all accounts of everyone")
    .option("--strangers", "also accounts that others opened for an owner and that may not be worth their gas")
    .option("--chunk <number>", "accounts per transaction", DEFAULT_CHUNK);
  addNetworkOptions(addKeyOptions(addStateOption(addSendOptions(command))));
  addExamples(command, "cairn exit 66 --dry-run", "cairn exit --key alice", "cairn exit --all");
  run(command, async (context, options: ExitOptions, indexText: string | undefined) => {
    const wanted = [indexText, options.owner, options.all].filter((given) => given !== undefined);
    if (wanted.length > 1) throw cliError("cli/usage", "give only one of an index, --owner and --all");
    const index = indexText === undefined ? null : accountIndex(parseIndex(indexText));
    const owner = options.owner === undefined ? null : parseAddress(options.owner);
    const chunkSize = parseChunk(options.chunk);
    return withRestored(context, options, async (session) => {
      await assertFrozen(session.access.rollup);
      const caller = await openCaller(context, options, session.network);
      const open = await leavingAccounts(session, caller, { index, owner, isAll: options.all === true });
      const isEach = index !== null || options.strangers === true;
      const { paid, left } = isEach ? { paid: open.map((one) => one.index), left: [] } : await chosen(session, open);
      const progress = context.output.progress;
      return tell(session, await exitAll(session, caller, paid, { chunkSize, progress }), left);
    });
  });
}

/** Accounts with a balance that have not been paid out yet. */
async function leavingAccounts(
  { restored, access, head }: RestoredSession,
  caller: RollupCaller,
  {
    index,
    owner,
    isAll,
  }: { readonly index: AccountIndex | null; readonly owner: string | null; readonly isAll: boolean },
): Promise<IndexedAccount[]> {
  const { tree } = restored;
  const found =
    index !== null
      ? [accountAt(tree, index)]
      : isAll
        ? [...assignedAccounts(tree, { withBalance: true })]
        : accountsOf(tree, addressToBigint(owner ?? caller.from()));
  const holding = found.filter(({ account }) => account.balance > 0n);
  const indices = holding.map((one) => one.index);
  const exited = await findExited(access, indices, head.block);
  return holding.filter((one) => !exited.has(one.index));
}

async function chosen({ network, access }: RestoredSession, accounts: readonly IndexedAccount[]) {
  const gasPriceWei = await access.rollup.reader.getGasPrice();
  const knownTokens = (network.profile?.tokens ?? []).map(({ id }) => id);
  return separateStrangers(accounts, { gasPriceWei, knownTokens });
}

async function tell(
  { network }: RestoredSession,
  outcome: ExitOutcome,
  left: readonly LeftAccount[],
): Promise<CommandResult> {
  const { exited, refused, transactions } = outcome;
  const deferred = exited.filter(({ paid }) => paid === false);
  const totals = sumByToken(exited);
  const data = { ...outcome, left, totals };
  const leftRows = left.length === 0 ? [] : [["LEFT", await leftText(network, left)]];
  if (exited.length === 0 && refused.length === 0) {
    return { data, text: left.length === 0 ? "No account is left to pay out." : table(leftRows) };
  }
  const rows = [
    ["accounts", `${exited.length}, ${await formatAmounts(network, totals)}`],
    ...(deferred.length === 0
      ? []
      : [
          ["not received", `${deferred.map(({ index }) => index).join(", ")}: claimable by their owners (cairn claim)`],
        ]),
    ...refused.map(({ index, reason }) => ["REFUSED", `account ${index}: ${reason}`]),
    ...leftRows,
    ...sentRows(transactions),
  ];
  return { data, text: table(rows), exitCode: refused.length === 0 ? 0 : 1 };
}

async function leftText(network: RestoredSession["network"], left: readonly LeftAccount[]): Promise<string> {
  const shown = left.slice(0, SHOWN_LEFT).map(({ index }) => index);
  const more = left.length > shown.length ? ` and ${left.length - shown.length} more` : "";
  const sums = await formatAmounts(network, sumByToken(left));
  return (
    `accounts ${shown.join(", ")}${more} (${sums}): others opened them, and they may not be worth their gas; ` +
    "`cairn exit INDEX` pays one, --strangers all, and a token in the profile counts as known"
  );
}

function parseChunk(text: string): number {
  if (/^[1-9][0-9]?$/.test(text) && Number(text) <= MAX_CHUNK) return Number(text);
  throw cliError("cli/usage", `--chunk must be from 1 to ${MAX_CHUNK}, not ${text}`);
}
