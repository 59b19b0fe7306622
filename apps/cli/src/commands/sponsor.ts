import { join } from "node:path";
import { createSponsor, type SponsorLimits } from "@cairn/sdk";
import { fileStorage } from "@cairn/sdk/node";
import { parsePositiveAmount } from "../amounts.ts";
import type { CommonOptions, Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host } from "../host.ts";
import { jsonLine } from "../output.ts";
import { findSender, openSigning, parseIndex } from "../payments/session.ts";
import { findToken } from "../tokens.ts";

interface SponsorOptions {
  readonly token: string;
  readonly from?: string;
  readonly budget: string;
  readonly perAccount: string;
  readonly perClient: string;
  readonly tokens?: string;
  readonly host: string;
  readonly port: string;
  readonly trustedProxies?: string;
}

const MAX_PORT = 65_535;

/** `cairn sponsor`: a service that pays fees for people who hold nothing that pays fees. */
export function addSponsorCommand({ program, serve }: Host): void {
  const command = program
    .command("sponsor")
    .description("serve an HTTP service that pays the fees of others' payments, within limits of a day")
    .requiredOption("--budget <amount>", "fees of a day together, in whole units of the token")
    .option("--token <token>", "token that pays the fees", "ETH")
    .option("--from <index>", "account that pays them; default: the key's richest")
    .option("--per-account <number>", "payments of an account in a day", "10")
    .option("--per-client <number>", "tries of a client (an IP address) in a day", "100")
    .option("--tokens <list>", "numbers of the tokens that may be paid with; default: all")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <number>", "port to listen on; 0 picks a free one", "8090")
    .option("--trusted-proxies <list>", "proxies whose X-Forwarded-For is believed");
  addNetworkOptions(addKeyOptions(command));
  addExamples(
    command,
    "cairn sponsor --budget 0.05 --per-account 5 --key shop",
    "cairn sponsor --budget 20 --token USD --tokens 1 --port 8090 --trusted-proxies 127.0.0.1",
  );
  serve(command, serveSponsor);
}

async function serveSponsor(context: Context, options: SponsorOptions & CommonOptions): Promise<0> {
  const { output, signal, terminal } = context;
  const token = await findToken(context.network(), options.token);
  const limits: SponsorLimits = {
    feesPerDay: parsePositiveAmount(options.budget, token),
    paymentsPerAccount: parseCount(options.perAccount, "--per-account"),
    triesPerClient: parseCount(options.perClient, "--per-client"),
    ...(options.tokens === undefined
      ? {}
      : { tokens: options.tokens.split(",").map((id) => parseCount(id, "--tokens")) }),
  };
  const port = parseCount(options.port, "--port");
  if (port > MAX_PORT) throw cliError("cli/usage", `--port is at most ${MAX_PORT}`);
  const session = await openSigning(context);
  const index = options.from === undefined ? undefined : parseIndex(options.from);
  const account = await findSender(session, token, index);
  const { wallet, client: node } = session;
  const folder = join(
    context.home,
    "sponsor",
    `${session.domain.chainId}-${session.rollup.rollup.toLowerCase()}-${account.index}`,
  );
  const sponsor = createSponsor({ wallet, account: account.index, node, limits, storage: fileStorage(folder) });
  await sponsor.terms();
  const tell = (event: object, text: string): void => terminal.stdout(output.isJson ? jsonLine(event) : `${text}\n`);
  // Other commands need no HTTP server.
  const { createSponsorServer } = await import("../payments/sponsor-server.ts");
  const app = createSponsorServer(sponsor, {
    trustedProxies: (options.trustedProxies ?? "").split(",").filter((part) => part !== ""),
    onPaid: (payment) =>
      tell({ event: "paid", ...payment }, `paid for ${payment.id} (${payment.status}), asked by ${payment.client}`),
    onFailure: (error) => tell({ event: "failure", message: String(error) }, `not paid: ${String(error)}`),
  });
  const url = await app.listen({ host: options.host, port });
  const started = { event: "listening", url, account: account.index, tokenId: token.id, feesPerDay: limits.feesPerDay };
  tell(started, `sponsor at ${url}: account ${account.index}, up to ${options.budget} ${token.symbol} a day`);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await app.close();
  return 0;
}

function parseCount(text: string, name: string): number {
  if (/^[0-9]{1,9}$/.test(text)) return Number(text);
  throw cliError("cli/usage", `${name} is a whole number: ${text}`);
}
