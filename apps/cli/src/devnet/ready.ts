import type { CommandResult } from "../output.ts";
import { table } from "../output.ts";
import type { DevAccount } from "./accounts.ts";

/** What a devnet reports once it is up. */
export interface ReadyDocument {
  readonly chainId: number;
  /** Slots of a block. */
  readonly slots: number;
  /** Those of the node are null if none runs. */
  readonly urls: {
    readonly l1: string;
    readonly api: string | null;
    readonly stream: string | null;
    readonly metrics: string | null;
    /** The explorer; null also without --pages. */
    readonly pages: string | null;
    /** At a name, since browsers give passkeys to no IP address; null also without --pages. */
    readonly wallet: string | null;
  };
  readonly contracts: {
    readonly rollup: string;
    readonly verifier: string;
    /** Says who may submit first; null when nobody may. */
    readonly policy: string | null;
    /** Checks receipts. */
    readonly receipts: string;
  };
  readonly deploymentBlock: number;
  readonly tokens: readonly {
    readonly id: number;
    /** Null for ETH. */
    readonly address: string | null;
    readonly symbol: string;
    readonly decimals: number;
  }[];
  /** Prefunded; the first operates the rollup. */
  readonly accounts: readonly DevAccount[];
  /** File that the other commands read. */
  readonly profile: string;
  /** Where everything is stored; null when it is deleted at the end. */
  readonly directory: string | null;
  readonly log: string;
  /** Whether it continues an earlier devnet. */
  readonly isContinued: boolean;
  readonly secondsToReady: number;
}

function nodeRows({ api, stream, metrics, pages, wallet }: ReadyDocument["urls"]): string[][] {
  if (api === null || stream === null || metrics === null) return [["node", "none: nobody operates the rollup"]];
  return [
    ["explorer", pages ?? "none; --pages serves it and the wallet", pages === null ? "" : "open it in a browser"],
    ...(wallet === null ? [] : [["wallet", wallet, "for a browser with a wallet extension"]]),
    ["node API", api, `${api}/openapi.json`],
    ["stream", stream],
    ["metrics", metrics],
  ];
}

/** The result as a document and as text. */
export function readyResult(ready: ReadyDocument): CommandResult {
  const { urls, contracts, tokens, accounts } = ready;
  const text = [
    `Cairn devnet, ${ready.isContinued ? "continued" : "new"}: blocks of ${ready.slots} slots, real proofs, up in ${ready.secondsToReady.toFixed(1)} s`,
    "",
    table([
      ["L1 (anvil)", urls.l1, `chain ${ready.chainId}`],
      ...nodeRows(urls),
      ["rollup", contracts.rollup, `since L1 block ${ready.deploymentBlock}`],
      ["verifier", contracts.verifier, "development SRS: proofs can be forged"],
      ["policy", contracts.policy ?? "none", "names the operator"],
      ["receipts", contracts.receipts],
    ]),
    "",
    "Tokens",
    table(
      tokens.map(({ id, symbol, decimals, address }) => [
        `  ${id}`,
        symbol,
        `${decimals} decimals`,
        address ?? "native",
      ]),
    ),
    "",
    "Accounts, funded on L1 with ETH and every token; these keys are public",
    table(accounts.map(({ name, address, privateKey }) => [`  ${name}`, address, privateKey])),
    "",
    `profile  ${ready.profile}`,
    `data     ${ready.directory ?? "temporary, deleted at the end; --data DIR keeps it"}`,
    `log      ${ready.log}`,
    "",
    urls.api === null
      ? "Ctrl-C ends it."
      : "Next, in another terminal: npx cairn deposit 1 ETH. Ctrl-C ends everything.",
  ].join("\n");
  return { data: ready, text };
}
