import { type AccountIndex, accountIndex, addressToBigint } from "@cairn/protocol";
import { accountAt, accountsOf, assignedAccounts, findExited } from "@cairn/restore";
import { parseAddress } from "../address.ts";
import { cliError } from "../errors.ts";
import { formatAmounts, sumByToken } from "../escape/amounts.ts";
import { type ExitOutcome, exitAll } from "../escape/exits.ts";
import { assertFrozen } from "../escape/ladder.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host } from "../host.ts";
import { addSendOptions, openCaller, type RollupCaller, type SendFlags } from "../l1/caller.ts";
import { sentRows } from "../l1/sent-calls.ts";
import { type CommandResult, table } from "../output.ts";
import { parseIndex } from "../payments/session.ts";
import { addStateOption, type RestoredSession, type StateFlags, withRestored } from "../restored/session.ts";

interface ExitOptions extends SendFlags, StateFlags {
  readonly all?: boolean;
  readonly owner?: string;
  readonly chunk: string;
}

const DEFAULT_CHUNK = "16";
const MAX_CHUNK = 64;

/** `cairn exit`: pays accounts of a frozen rollup out to their owners. */
export function addExitCommand({ program, run }: Host): void {
  const command = program
    .command("exit")
    .description("pay accounts of a frozen rollup out to their owners, with a proof against its last state")
    .argument("[index]", "one account; default: all of the key's owner")
    .option("--owner <address>", "all accounts of this owner")
    .option("--all", "all accounts of everyone")
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
      const indices = await leavingAccounts(session, caller, { index, owner, isAll: options.all === true });
      const progress = context.output.progress;
      return tell(session, await exitAll(session, caller, indices, { chunkSize, progress }));
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
): Promise<AccountIndex[]> {
  const { tree } = restored;
  const found =
    index !== null
      ? [accountAt(tree, index)]
      : isAll
        ? [...assignedAccounts(tree, { withBalance: true })]
        : accountsOf(tree, addressToBigint(owner ?? caller.from()));
  const indices = found.filter(({ account }) => account.balance > 0n).map((one) => one.index);
  const exited = await findExited(access, indices, head.block);
  return indices.filter((one) => !exited.has(one));
}

async function tell({ network }: RestoredSession, outcome: ExitOutcome): Promise<CommandResult> {
  const { exited, refused, transactions } = outcome;
  const deferred = exited.filter(({ paid }) => paid === false);
  const totals = sumByToken(exited);
  if (exited.length === 0 && refused.length === 0) {
    return { data: { ...outcome, totals }, text: "No account is left to pay out." };
  }
  const rows = [
    ["accounts", `${exited.length}, ${await formatAmounts(network, totals)}`],
    ...(deferred.length === 0
      ? []
      : [
          ["not received", `${deferred.map(({ index }) => index).join(", ")}: claimable by their owners (cairn claim)`],
        ]),
    ...refused.map(({ index, reason }) => ["REFUSED", `account ${index}: ${reason}`]),
    ...sentRows(transactions),
  ];
  return { data: { ...outcome, totals }, text: table(rows), exitCode: refused.length === 0 ? 0 : 1 };
}

function parseChunk(text: string): number {
  if (/^[1-9][0-9]?$/.test(text) && Number(text) <= MAX_CHUNK) return Number(text);
  throw cliError("cli/usage", `--chunk must be from 1 to ${MAX_CHUNK}, not ${text}`);
}
