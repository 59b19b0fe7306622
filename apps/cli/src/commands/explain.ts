import type { CairnError } from "@cairn/protocol";
import { cliError } from "../errors.ts";
import { explainedCodes, type FoundCode, findCode, readErrorPage } from "../explain/codes.ts";
import { type ErrorPage, parseErrorPage, plainText } from "../explain/page.ts";
import { addExamples, addJsonOption, type Host } from "../host.ts";

/** `cairn explain`: what an error means, why it happens, whether to repeat the call, and what to do. */
export function addExplainCommand({ program, run }: Host): void {
  const command = program
    .command("explain")
    .description("explain an error by its code: cause, whether to try again, remedy")
    .argument("<code>", "code of an error, rule that a transaction breaks, or error of the contract");
  addJsonOption(command);
  addExamples(command, "cairn explain sdk/timeout", "cairn explain nonceTooLow", "cairn explain RollupFrozen");
  run(command, async (_context, _options, text: string) => {
    const found = findCode(text, explainedCodes());
    if (found.type !== "found") throw unknownCode(text, found);
    const page = readErrorPage(found.code);
    const parts = parseErrorPage(page);
    if (parts === null) throw cliError("cli/bad-file", `the page of ${found.code} is damaged`);
    return { data: mapParts(parts), text: plainText(page).trimEnd() };
  });
}

/** Each part on one line. */
function mapParts(parts: ErrorPage): object {
  return Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, plainText(text).replaceAll("\n", " ")]));
}

function unknownCode(text: string, { type, candidates }: Exclude<FoundCode, { type: "found" }>): CairnError {
  const shown = text.slice(0, 80);
  const list = candidates.join(", ");
  const close = list === "" ? "" : `; did you mean ${list}?`;
  const message =
    type === "ambiguous" ? `several errors are called ${shown}: ${list}` : `no error has the code ${shown}${close}`;
  return cliError("cli/unknown-code", message, { details: { candidates } });
}
