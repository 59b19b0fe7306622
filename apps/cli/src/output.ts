import { inspect } from "node:util";
import { isCairnError } from "@cairn/protocol";
import { CLI_ERRORS, type CliErrorCode, type CliErrorEntry, cliError, type FailureExitCode } from "./errors.ts";
import { adviceOn, explainableCode } from "./hints.ts";
import { l1Failure } from "./l1/errors.ts";
import { visible, visibleJson, visibleLine } from "./printable.ts";

/** The result of a command, for machines and for people. */
export interface CommandResult {
  /** The JSON document; bigint becomes decimal text. */
  readonly data: object;
  /** The text printed without `--json`. */
  readonly text: string;
  /** 1 when the answer itself is bad news, such as a failed check. */
  readonly exitCode?: 0 | 1;
}

/** Output of a command. */
export interface Output {
  readonly isJson: boolean;
  /** Prints the command's one result on stdout. */
  readonly result: (result: CommandResult) => void;
  /** Reports progress on stderr; silent with `--json`. */
  readonly progress: (line: string) => void;
}

/** Streams of an output. */
export interface Streams {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** The same streams, with text from others made harmless for the terminal. */
export function visibleStreams<T extends Streams>(streams: T): T {
  return {
    ...streams,
    stdout: (text: string) => streams.stdout(visible(text)),
    stderr: (text: string) => streams.stderr(visible(text)),
  };
}

/** Text or one JSON document on stdout, progress on stderr. */
export function createOutput({ stdout, stderr }: Streams, isJson: boolean): Output {
  return {
    isJson,
    result: ({ data, text }) => stdout(isJson ? toJson(data) : `${text}\n`),
    progress: (line) => {
      if (!isJson) stderr(`${visibleLine(line)}\n`);
    },
  };
}

/** A failure as it is shown. */
export interface Failure {
  readonly exitCode: FailureExitCode;
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  /** Argument for `cairn explain`: the code, or what it carries of node or contract; null when no page is about it. */
  readonly explain: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  /** Only for unexpected failures. */
  readonly stack: string | null;
}

const UNEXPECTED = "cli/unexpected" satisfies CliErrorCode;

/** What to show of an error: code, message and hint of a known one, everything of an unexpected one. */
export function toFailure(thrown: unknown): Failure {
  const error = l1Failure(thrown) ?? thrown;
  if (error instanceof DOMException && error.name === "AbortError") {
    return toFailure(cliError("cli/interrupted", error.message, { cause: error }));
  }
  if (isCairnError(error)) {
    const advice = entryOf(error.code) ?? adviceOn(error);
    return {
      exitCode: advice?.exitCode ?? 1,
      code: error.code,
      message: error.message,
      hint: advice?.hint ?? null,
      explain: explainableCode(error),
      details: error.details,
      stack: null,
    };
  }
  return {
    exitCode: CLI_ERRORS[UNEXPECTED].exitCode,
    code: UNEXPECTED,
    message: error instanceof Error ? error.message : String(error),
    hint: CLI_ERRORS[UNEXPECTED].hint,
    explain: UNEXPECTED,
    details: {},
    stack: inspect(error),
  };
}

/** Prints a failure: as a JSON document on stdout, or as text on stderr. */
export function printFailure({ stdout, stderr }: Streams, isJson: boolean, failure: Failure): void {
  const { exitCode: _, stack, ...shown } = failure;
  if (isJson) stdout(toJson({ error: stack === null ? shown : { ...shown, stack } }));
  else {
    const lines = [`error: ${visibleLine(failure.message)} (${failure.code})`];
    if (failure.hint !== null) lines.push(`hint: ${failure.hint}`);
    if (stack !== null) lines.push(stack);
    if (failure.explain !== null) lines.push(`more: cairn explain ${failure.explain}`);
    stderr(`${lines.join("\n")}\n`);
  }
}

/** Columns of text, aligned; `""` where a row is short. */
export function table(cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(visibleLine));
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function entryOf(code: string): CliErrorEntry | undefined {
  const entries: Readonly<Record<string, CliErrorEntry>> = CLI_ERRORS;
  return Object.hasOwn(entries, code) ? entries[code] : undefined;
}

/** A JSON document on one line, for commands that print many. */
export function jsonLine(value: object): string {
  return `${visibleJson(JSON.stringify(value, plainPart))}\n`;
}

function toJson(value: object): string {
  return `${visibleJson(JSON.stringify(value, plainPart, 2))}\n`;
}

function plainPart(_key: string, part: unknown): unknown {
  return typeof part === "bigint" ? part.toString() : part;
}
