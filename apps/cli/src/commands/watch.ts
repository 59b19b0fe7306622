import { createFastCompress } from "@cairn/crypto/fast";
import { addressToBigint } from "@cairn/protocol";
import {
  ALARM_SEVERITY,
  type Alarm,
  type AlarmSeverity,
  alarmText,
  DEFAULT_ALARM_LIMITS,
  openRestoredState,
  readIdentity,
} from "@cairn/restore";
import { createRollupMonitor, type MonitorReport, type RollupMonitor } from "@cairn/restore/node";
import { parseAddress, showAddress } from "../address.ts";
import type { CommonOptions, Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { formatTime } from "../escape/ladder.ts";
import { addExamples, addNetworkOptions, type Host } from "../host.ts";
import { type CommandResult, jsonLine, table } from "../output.ts";
import { blobAccess } from "../restored/blobs.ts";
import { addStateOption, openL1Access, type StateFlags, stateDir, withStore } from "../restored/session.ts";

interface WatchOptions extends StateFlags {
  readonly once?: boolean;
  readonly interval: string;
  readonly payoutAge: string;
  readonly headAge: string;
  readonly operator?: string;
}

/** An alarm as shown. */
type ShownAlarm = Alarm & { readonly severity: AlarmSeverity; readonly text: string };

const MS_PER_SECOND = 1000;
const DEFAULT_INTERVAL = "12";
const MARKS: Readonly<Record<AlarmSeverity, string>> = { critical: "CRITICAL", warning: "WARNING", info: "info" };

/** `cairn watch`: follows a rollup and says when something is wrong with it. */
export function addWatchCommand({ program, serve }: Host): void {
  const command = program
    .command("watch")
    .description(
      "follow a rollup from L1 alone, and raise an alarm when entries are overdue, data does not match, or money is missing or unpaid",
    )
    .option("--once", "check once; exit code 1 if there is more than an informational alarm")
    .option("--interval <seconds>", "time between checks", DEFAULT_INTERVAL)
    .option("--payout-age <seconds>", "how long payouts may stay unpaid", String(DEFAULT_ALARM_LIMITS.payoutAgeSeconds))
    .option("--head-age <seconds>", "how old L1's head may be", String(DEFAULT_ALARM_LIMITS.headAgeSeconds))
    .option("--operator <address>", "who should be operator; default: whoever it is at the start");
  addNetworkOptions(addStateOption(command));
  addExamples(command, "cairn watch", "cairn watch --once --json", "cairn watch --interval 60 --payout-age 3600");
  serve(command, watch);
}

async function watch(context: Context, options: WatchOptions & CommonOptions): Promise<0 | 1> {
  const intervalMs = parseSeconds(options.interval, "--interval") * MS_PER_SECOND;
  const limits = {
    payoutAgeSeconds: parseSeconds(options.payoutAge, "--payout-age"),
    headAgeSeconds: parseSeconds(options.headAge, "--head-age"),
    operator: options.operator === undefined ? null : addressToBigint(parseAddress(options.operator)),
  };
  const { output, signal } = context;
  const network = context.network();
  const access = await openL1Access(network, signal);
  const path = await stateDir(context, options, network);
  const [identity, blobs] = [await readIdentity(access), await blobAccess(context, options, network)];
  return withStore(path, async (store) => {
    const restored = openRestoredState({ store, compress: await createFastCompress(), identity });
    output.progress(`watching ${access.rollup.address}, state in ${path} …`);
    const onReport = (report: MonitorReport): void => {
      if (options.once !== true) tellChanges(context, report);
    };
    const monitor = createRollupMonitor({ intervalMs, limits }, { access, restored, blobs, onReport });
    if (options.once !== true) return follow(monitor, signal);
    const report = await monitor.check();
    const result = reportResult(report);
    output.result(result);
    return result.exitCode ?? 0;
  });
}

async function follow(monitor: RollupMonitor, signal: AbortSignal): Promise<0> {
  const stop = (): void => void monitor.stop();
  signal.addEventListener("abort", stop, { once: true });
  if (!signal.aborted) await monitor.start();
  await monitor.stop();
  return 0;
}

/** One check as a command's result; exit code 1 if there is more than an informational alarm. */
function reportResult({ observation, alarms }: MonitorReport): CommandResult {
  const shown = alarms.map(toShown);
  const isGood = shown.every(({ severity }) => severity === "info");
  const lines = shown.map(({ severity, text }) => `${MARKS[severity]}: ${text}`);
  const status =
    observation === null
      ? []
      : [
          table([
            ["L1 block", `${observation.head.block} of ${formatTime(observation.head.timestamp)}`],
            ["state", `reproduced up to batch ${observation.batch}`],
            ["queue", `${observation.waitingEntries} waiting, ${observation.overdueEntries} overdue`],
            ["payouts", `${observation.unpaid.length} unpaid`],
            ["tokens", `${observation.tokens.length} held, custody compared with balances and debts`],
          ]),
        ];
  const verdict = isGood ? "Nothing is wrong." : "SOMETHING IS WRONG.";
  return {
    data: { isGood, alarms: shown, observation: observation && toPlain(observation) },
    text: [...status, ...lines, verdict].join("\n"),
    exitCode: isGood ? 0 : 1,
  };
}

/** Changes since the previous check. */
function tellChanges({ terminal, output }: Context, { observation, raised, cleared, alarms }: MonitorReport): void {
  const time = new Date().toISOString();
  if (output.isJson) {
    const data = { time, alarms: alarms.map(toShown), raised: raised.map(toShown), cleared: cleared.map(toShown) };
    terminal.stdout(jsonLine({ ...data, observation: observation && toPlain(observation) }));
    return;
  }
  for (const alarm of raised) terminal.stdout(`${time} ${MARKS[ALARM_SEVERITY[alarm.type]]}: ${alarmText(alarm)}\n`);
  for (const alarm of cleared) terminal.stdout(`${time} over: ${alarmText(alarm)}\n`);
}

function toShown(alarm: Alarm): ShownAlarm {
  return { ...alarm, severity: ALARM_SEVERITY[alarm.type], text: alarmText(alarm) };
}

function toPlain(observation: NonNullable<MonitorReport["observation"]>): object {
  const { operator, proposedOperator, unpaid, ...rest } = observation;
  return {
    ...rest,
    operator: operator === 0n ? null : showAddress(operator),
    proposedOperator: proposedOperator === 0n ? null : showAddress(proposedOperator),
    unpaid: unpaid.map((payout) => ({ ...payout, recipient: showAddress(payout.recipient) })),
  };
}

function parseSeconds(text: string, flag: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw cliError("cli/usage", `${flag} is not a number of seconds: ${text}`);
}
