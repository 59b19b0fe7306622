import { parseErrorPage } from "../../apps/cli/src/explain/page.ts";
import type { ErrorCode } from "./catalogue.ts";

/** Longest line of a document. */
const WIDTH = 120;

/** Folders of pages, in the order of the index. */
export const FOLDERS = {
  api: "Answers of a node's API: `error.code`, and `apiErrorOf(error).code` in the SDK.",
  rejected: "Rules that a refused transaction or request breaks: `details.reason.type` of the API's `rejected`.",
  reverts: "Errors of the contracts: `details.reason` of `l1/transaction-reverted`.",
  sdk: "`@cairn/sdk`.",
  react: "`@cairn/react`: hooks.",
  l1: "Reading and sending on L1, by SDK, verifier, command and node.",
  verify: "`@cairn/verify`.",
  webhooks: "`@cairn/webhooks`: receiving messages.",
  restore: "`@cairn/restore`, and commands that rebuild the state.",
  cli: "The `cairn` command.",
  node: "`cairn node` and `cairn prover`: at the start, and in the log.",
  db: "The node's database.",
  state: "The state store of nodes and restorations.",
  contracts: "Building and deploying the contracts.",
  circuits: "Building circuits and proving.",
  vm: "`@cairn/vm`, for programs that make or replay blocks.",
  protocol: "`@cairn/protocol`: encodings.",
  crypto: "`@cairn/crypto`: keys, signatures, hashes.",
  blobs: "`@cairn/blobs`.",
  devnet: "`@cairn/devnet`.",
  demo: "`cairn demo`.",
} as const satisfies Readonly<Record<string, string>>;

const INTRODUCTION = `# Errors

Every error has a code, and every code a page: what it means, its causes, whether the same call may be repeated, and
what to do. \`cairn explain CODE\` prints it. The page of \`sdk/timeout\` is \`sdk/timeout.md\` here, and
\`/docs/errors/sdk/timeout.md\` at every node, whose failed answers link to their page in the header \`Link\`.

**Retry** says whether the *same* call may be repeated:

- **yes**: as it is, at once or later; what was paid is not paid twice.
- **after a change**: when what the page names has changed: time, money, settings, another RPC or file.
- **no**: it stays refused; ask for something else.

Title and first paragraphs of each page, and this index, are generated from the code by
\`node scripts/errors/generate.ts\`; a test compares the rest with it.`;

/** A page with title and meaning as the code has them; what is below stays. */
export function withHead(text: string, { code, meaning }: ErrorCode): string {
  const start = text.indexOf("**Cause.**");
  const head = [`# ${code}`, ...meaning.split("\n\n").map(wrap)].join("\n\n");
  return `${head}\n\n${start < 0 ? text : text.slice(start)}`;
}

/** The list of all pages, from their texts by code. */
export function indexOf(codes: readonly ErrorCode[], pages: ReadonlyMap<string, string>): string {
  const sections = Object.entries(FOLDERS).map(([folder, title]) => {
    const rows = codes
      .filter(({ code }) => code.startsWith(`${folder}/`))
      .map(({ code, meaning }) => {
        const verdict = parseErrorPage(pages.get(code) ?? "")?.verdict ?? "–";
        const name = code.slice(folder.length + 1);
        return `| [\`${name}\`](${code}.md) | ${firstSentence(meaning)} | ${verdict} |`;
      });
    return [`## ${folder}`, title, ["| Code | Means | Retry |", "|---|---|---|", ...rows].join("\n")].join("\n\n");
  });
  return `${[INTRODUCTION, ...sections].join("\n\n")}\n`;
}

function firstSentence(meaning: string): string {
  const [first = ""] = meaning.split(/(?<=[.;:]) (?=[A-Z`a-z])|\n/);
  return first.replace(/[;:.]$/, "");
}

/** A paragraph in lines of at most {@link WIDTH} characters, with code on one line. */
export function wrap(paragraph: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of paragraph.match(/(?:`[^`]*`|\S)+/g) ?? []) {
    if (line !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}
