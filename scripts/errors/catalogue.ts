import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CairnError } from "@cairn/protocol";
import { API_ERRORS } from "@cairn/rpc";
import { CLI_ERRORS } from "../../apps/cli/src/errors.ts";
import { RETRY_VERDICTS, type RetryVerdict } from "../../apps/cli/src/explain/page.ts";
import { MEANINGS } from "../../packages/rpc/src/meanings.ts";
import { isRetryable } from "../../packages/sdk/src/errors.ts";
import { isRetryable as isRetryableReason, type RejectionReason } from "../../packages/vm/src/rejections.ts";
import { root } from "../lib/workspace.ts";

/** An error as the code that throws it describes it. */
export interface ErrorCode {
  /** Folder and name of its page. */
  readonly code: string;
  /** What it means, and facts such as its HTTP status: paragraphs of Markdown. */
  readonly meaning: string;
  /** Repository-relative path of the file that says so. */
  readonly source: string;
  /** What its page may answer to whether the same call may be repeated. */
  readonly verdicts: readonly RetryVerdict[];
}

/** Documented unions of codes. */
const UNIONS = [
  "packages/sdk/src/errors.ts",
  "packages/react/src/errors.ts",
  "packages/verify/src/errors.ts",
  "packages/webhooks/src/errors.ts",
  "packages/restore/src/errors.ts",
  "packages/l1/src/errors.ts",
  "apps/node/src/errors.ts",
  "packages/db/src/errors.ts",
  "packages/state/src/errors.ts",
  "packages/vm/src/errors.ts",
  "packages/crypto/src/errors.ts",
  "packages/protocol/src/error-codes.ts",
  "packages/blobs/src/errors.ts",
  "packages/contracts/src/errors.ts",
  "packages/circuits/src/errors.ts",
  "packages/devnet/src/errors.ts",
  "apps/cli/src/demo/errors.ts",
] as const;
const CLI = "apps/cli/src/errors.ts";
const API = "packages/rpc/src/errors.ts";
const VM_REASONS = "packages/vm/src/rejections.ts";
/** Reasons of a node's policy, and of requests for payments. */
const NODE_REASONS = ["apps/node/src/sequencer/submission.ts", "apps/node/src/api/request-refusals.ts"] as const;
/** Interfaces and policies whose errors users meet, by the contract that reverts with them. */
const SOLIDITY = [
  { contract: "Rollup", source: "packages/contracts/src/interfaces/IRollupErrors.sol" },
  { contract: "Receipts", source: "packages/contracts/src/interfaces/IReceipts.sol" },
  { contract: "FixedOperator", source: "packages/contracts/src/policies/FixedOperator.sol" },
] as const;

/** Every error that a user can meet, in order of codes. Those of the test kit are for tests only. */
export function errorCatalogue(): ErrorCode[] {
  const all = [...UNIONS.flatMap(unionCodes), ...cliCodes(), ...apiCodes(), ...rejectedCodes(), ...revertCodes()];
  return all.sort((a, b) => (a.code < b.code ? -1 : 1));
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** Codes of a union of literals, each with a line in the comment above. */
function unionCodes(source: string): ErrorCode[] {
  const text = read(source);
  const { comment = "", union = "" } =
    /(?<comment>\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\nexport type \w+ErrorCode =(?<union>[^;]+);/.exec(text)?.groups ?? {};
  const [header = "", ...lines] = commentText(comment).split(/^- /m);
  const described = new Map(
    lines.map((line) => {
      const [, code = "", meaning = ""] = /^`([^`]+)`: ([\s\S]*)$/.exec(line) ?? [];
      return [code, oneLine(meaning)];
    }),
  );
  const codes = [...union.matchAll(/"([^"]+)"/g)].map(([, code = ""]) => code);
  const undescribed = codes.filter((code) => !described.has(code));
  const unknown = [...described.keys()].filter((code) => !codes.includes(code));
  if (codes.length === 0 || undescribed.length + unknown.length > 0)
    throw new CairnError("docs/undescribed", `${source}: ${[...undescribed, ...unknown].join(", ") || "no codes"}`);
  return codes.map((code) => {
    const line = described.get(code) ?? "";
    const verdicts = source.startsWith("packages/sdk/") ? sdkVerdicts(code) : verdictsOf(line, oneLine(header));
    return { code, meaning: sentence(line), source, verdicts };
  });
}

/** What the package itself says to whoever asks it. */
function sdkVerdicts(code: string): RetryVerdict[] {
  return RETRY_VERDICTS.filter((verdict) => (verdict === "yes") === isRetryable(new CairnError(code, "")));
}

/** A line that says when a retry helps never stands above "no", one that does not never above "yes". */
function verdictsOf(line: string, header: string): RetryVerdict[] {
  if (/retry (?:never|can(?:no|')t)/i.test(header) && !/except|unless/i.test(header)) return without("yes");
  const said = line.replaceAll(/no retry helps|a retry (?:never helps|cannot help)/gi, "");
  return without(/\(retry|retry (?:can )?helps?\b|retry on|then retry|(?:^|[.;,] )retry\b/i.test(said) ? "no" : "yes");
}

function without(verdict: RetryVerdict): RetryVerdict[] {
  return RETRY_VERDICTS.filter((one) => one !== verdict);
}

function cliCodes(): ErrorCode[] {
  return Object.entries(CLI_ERRORS).map(([code, { exitCode, meaning, hint }]) => ({
    code,
    meaning: `${meaning} Exit code ${exitCode}.`,
    source: CLI,
    verdicts: /again|repeat/i.test(hint) ? RETRY_VERDICTS : without("yes"),
  }));
}

function apiCodes(): ErrorCode[] {
  return Object.entries(MEANINGS).map(([name, meaning]) => {
    const { http, isRetryable: isYes } = API_ERRORS[name as keyof typeof API_ERRORS];
    return {
      code: `api/${name}`,
      meaning: `${meaning} HTTP status ${http}.`,
      source: API,
      verdicts: isYes ? ["yes"] : without("yes"),
    };
  });
}

/** Reasons that `rejected` carries; several sources may use one, each with a meaning. */
function rejectedCodes(): ErrorCode[] {
  const found = [VM_REASONS, ...NODE_REASONS].flatMap((source) =>
    documentedReasons(read(source)).map(({ name, comment }) => ({
      code: `rejected/${name}`,
      meaning: sentence(comment),
      source,
      verdicts: source === VM_REASONS ? vmVerdicts(name) : verdictsOf(comment, ""),
    })),
  );
  return merged(found);
}

function documentedReasons(text: string): { readonly name: string; readonly comment: string }[] {
  const members = text.matchAll(/(?<comment>\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\s+\| \{\s+readonly type: "(?<name>\w+)"/g);
  return [...members].map(({ groups: { comment = "", name = "" } = {} }) => ({
    name,
    comment: oneLine(commentText(comment)),
  }));
}

function vmVerdicts(name: string): RetryVerdict[] {
  return isRetryableReason({ type: name } as RejectionReason) ? ["yes", "after a change"] : without("yes");
}

function revertCodes(): ErrorCode[] {
  const found = SOLIDITY.flatMap(({ contract, source }) => {
    const errors = read(source).matchAll(/(?<notice>(?: *\/\/\/ .*\n)+) *error (?<name>\w+)\((?<parameters>[^)]*)\);/g);
    return [...errors].map(({ groups: { notice = "", name = "", parameters = "" } = {} }) => ({
      code: `reverts/${name}`,
      meaning: `${oneLine(notice.replaceAll(/^ *\/\/\/ (?:@notice )?/gm, ""))} \`${name}(${parameters})\` of \`${contract}\`.`,
      source,
      verdicts: without("yes"),
    }));
  });
  return merged(found);
}

/** One entry for each code, with all meanings. */
function merged(found: readonly ErrorCode[]): ErrorCode[] {
  const codes = new Map<string, ErrorCode>();
  for (const one of found) {
    const before = codes.get(one.code);
    if (before === undefined) codes.set(one.code, one);
    else
      codes.set(one.code, {
        ...before,
        meaning: before.meaning === one.meaning ? one.meaning : `${before.meaning}\n\n${one.meaning}`,
        verdicts: before.verdicts.filter((verdict) => one.verdicts.includes(verdict)),
      });
  }
  return [...codes.values()];
}

/** A comment without its marks. */
function commentText(comment: string): string {
  return comment
    .replace(/^\/\*\*/, "")
    .replace(/\*\/$/, "")
    .replaceAll(/^ *\* ?/gm, "");
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** A line of a comment as a sentence, without what the page says under "Retry". */
function sentence(line: string): string {
  const plain = line
    .replaceAll(/\{@link (\w+)\}/g, "`$1`")
    .replaceAll(" (retry)", "")
    .replaceAll(/[.;] (?:no retry helps|a retry cannot help)(?=[.;]|$)/gi, "")
    .replace(/^[a-z]/, (letter) => letter.toUpperCase());
  return plain.endsWith(".") ? plain : `${plain}.`;
}
