import type { RouteResponse } from "@cairn/rpc";
import { createWebhookClient, type Webhook, type WebhookClient } from "@cairn/sdk/webhooks";
import type { Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { addExamples, addNetworkOptions, type Host } from "../host.ts";
import { table } from "../output.ts";
import { parseIndex } from "../payments/session.ts";

const TOKEN_VARIABLE = "CAIRN_WEBHOOK_TOKEN";
const SINCE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]+Z)?$/;

type Group = Host["program"];
interface NewFlags {
  readonly account?: string;
  readonly owner?: string;
  readonly reference?: string;
  readonly types?: string;
  readonly description?: string;
}

/** `cairn webhook`: addresses that the node tells what happens. */
export function addWebhookCommand(host: Host): void {
  const group = host.program
    .command("webhook")
    .description(`addresses to which the node posts what happens; needs the node's ${TOKEN_VARIABLE}`);
  addNew(host, group);
  addList(host, group);
  addOnOne(host, group, "test", "send a ping now, and say how the receiver answers", async (client, id) => {
    const answer = await client.testWebhook({ id });
    const text = answer.isTaken ? `taken after ${answer.tookMs} ms` : `not taken: ${answer.failure}`;
    return { data: answer, text, exitCode: answer.isTaken ? 0 : 1 };
  });
  addOnOne(host, group, "pause", "send nothing until it is resumed; the log keeps what happens", (client, id) =>
    shown(client.changeWebhook({ id, isPaused: true })),
  );
  addOnOne(host, group, "resume", "send what has been waiting, now", (client, id) =>
    shown(client.changeWebhook({ id, isPaused: false })),
  );
  addOnOne(host, group, "secret", "sign with a new secret, for a day with the old one too", async (client, id) => {
    const { secret, oldSecretUntilMs } = await client.rotateWebhookSecret({ id });
    const until = new Date(oldSecretUntilMs).toISOString();
    return {
      data: { id, secret, oldSecretUntilMs },
      text: table([
        ["secret", secret],
        ["old one until", until],
      ]),
    };
  });
  addOnOne(host, group, "remove", "delete the webhook and its messages", async (client, id) => ({
    data: await client.deleteWebhook({ id }),
    text: `${id} is deleted`,
  }));
  addReplay(host, group);
  addMessages(host, group);
  addRetry(host, group);
  addSkip(host, group);
}

function addNew({ run }: Host, group: Group): void {
  const command = group
    .command("new")
    .description("let the node post to an address; prints the secret, which nobody shows again")
    .argument("<url>", "https://…")
    .option("--account <index>", "only entries of this account")
    .option("--owner <address>", "only entries of this L1 address and its accounts")
    .option("--reference <hex>", "only payments with this reference")
    .option("--types <list>", "types of messages, such as entry.confirmed,entry.final; default: all")
    .option("--description <text>", "for the list");
  addNetworkOptions(command);
  addExamples(
    command,
    "cairn webhook new https://shop.example/cairn --account 64 --types entry.confirmed,entry.final",
    "cairn webhook new http://127.0.0.1:3000/hook --json",
  );
  run(command, async (context, flags: NewFlags, url: string) => {
    const { account, types, owner, reference, description } = flags;
    const asked = {
      url,
      ...(owner === undefined ? {} : { owner }),
      ...(reference === undefined ? {} : { reference }),
      ...(description === undefined ? {} : { description }),
      ...(account === undefined ? {} : { account: parseIndex(account) }),
      ...(types === undefined ? {} : { types: types.split(",") }),
    };
    // The node checks names and values, and says which it takes.
    const made = await open(context).createWebhook(asked as Parameters<WebhookClient["createWebhook"]>[0]);
    const { webhook, secret } = made;
    return { data: { ...webhook, secret }, text: table([...rowsOf(webhook), ["secret", secret]]) };
  });
}

function addList({ run }: Host, group: Group): void {
  const command = group.command("list").description("all webhooks, and how their messages fare");
  addNetworkOptions(command);
  addExamples(command, "cairn webhook list", "cairn webhook list --json");
  run(command, async (context) => {
    const { webhooks } = await open(context).webhooks();
    const text = webhooks.map((one) => table(rowsOf(one))).join("\n\n");
    return { data: { webhooks }, text: webhooks.length === 0 ? "there are none" : text };
  });
}

function addOnOne(
  { run }: Host,
  group: Group,
  name: string,
  description: string,
  work: (client: WebhookClient, id: string) => Promise<{ data: object; text: string; exitCode?: 0 | 1 }>,
): void {
  const command = group.command(name).description(description).argument("<webhook>", "wh_…");
  addNetworkOptions(command);
  addExamples(command, `cairn webhook ${name} wh_5a…`, `cairn webhook ${name} wh_5a… --json`);
  run(command, (context, _flags: object, id: string) => work(open(context), id));
}

function addReplay({ run }: Host, group: Group): void {
  const command = group
    .command("replay")
    .description("tell again what happened, in order and with the same ids")
    .argument("<webhook>", "wh_…")
    .option("--since <time>", "from this time on, such as 2026-11-30 or 2026-11-30T10:00:00Z")
    .option("--from <cursor>", "or after the cursor of a message");
  addNetworkOptions(command);
  addExamples(
    command,
    "cairn webhook replay wh_5a… --since 2026-11-30T10:00:00Z",
    "cairn webhook replay wh_5a… --from ZXZlbnRz…",
  );
  run(command, async (context, { since, from }: { readonly since?: string; readonly from?: string }, id: string) => {
    if ((since === undefined) === (from === undefined)) throw cliError("cli/usage", "either --since or --from");
    if (from !== undefined) return shown(open(context).replayWebhook({ id, from }));
    const sinceMs = SINCE.test(since ?? "") ? Date.parse(since ?? "") : Number.NaN;
    if (!(sinceMs >= 0)) throw cliError("cli/usage", "--since is a time such as 2026-11-30 or 2026-11-30T10:00:00Z");
    return shown(open(context).replayWebhook({ id, sinceMs }));
  });
}

function addMessages({ run }: Host, group: Group): void {
  const command = group
    .command("messages")
    .description("messages that wait to be taken, oldest first")
    .argument("<webhook>", "wh_…")
    .option("--dead", "those that were given up instead");
  addNetworkOptions(command);
  addExamples(command, "cairn webhook messages wh_5a…", "cairn webhook messages wh_5a… --dead --json");
  run(command, async (context, { dead }: { readonly dead?: boolean }, id: string) => {
    const client = open(context);
    const messages: RouteResponse<"webhookMessages">["messages"] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const state = dead === true ? "dead" : "waiting";
      const page = await client.webhookMessages({ id, state, limit: 100, ...(cursor === undefined ? {} : { cursor }) });
      messages.push(...page.messages);
      cursor = page.next;
    }
    const rows = messages.map((one) => [one.id, one.type, `${one.attempts} tries`, one.lastFailure ?? ""]);
    return { data: { messages }, text: rows.length === 0 ? "there are none" : table(rows) };
  });
}

function addRetry(host: Host, group: Group): void {
  const command = addOnMessages(
    host,
    group,
    ["retry", "[messages...]"],
    "send messages once more that were given up, behind those that wait; all of them by default",
    async (client, id, ids) => {
      const answer = await client.retryWebhookMessages({ id, ...(ids.length === 0 ? {} : { ids: [...ids] }) });
      return { data: answer, text: `${answer.count} messages wait again` };
    },
  );
  addExamples(command, "cairn webhook retry wh_5a…", "cairn webhook retry wh_5a… msg_17_mieb8c_1");
}

function addSkip(host: Host, group: Group): void {
  const command = addOnMessages(
    host,
    group,
    ["skip", "<messages...>"],
    "give up messages that wait, so that those behind them go on",
    async (client, id, ids) => {
      const answer = await client.skipWebhookMessages({ id, ids: [...ids] });
      return { data: answer, text: `${answer.count} messages are given up` };
    },
  );
  addExamples(command, "cairn webhook skip wh_5a… msg_17_mieb8c_1");
}

function addOnMessages(
  { run }: Host,
  group: Group,
  [name, messages]: readonly [name: string, argument: string],
  description: string,
  work: (client: WebhookClient, id: string, ids: readonly string[]) => Promise<{ data: object; text: string }>,
): Group {
  const command = group
    .command(name)
    .description(description)
    .argument("<webhook>", "wh_…")
    .argument(messages, "msg_…");
  addNetworkOptions(command);
  run(command, (context, _flags: object, id: string, ids: readonly string[]) => work(open(context), id, ids));
  return command;
}

function open(context: Context): WebhookClient {
  const token = context.terminal.env[TOKEN_VARIABLE];
  if (token === undefined || token === "") {
    throw cliError("cli/usage", `the webhooks of a node are for those who have its token: set ${TOKEN_VARIABLE}`);
  }
  return createWebhookClient({ url: context.network().node().url, token });
}

async function shown(asked: Promise<Webhook>) {
  const webhook = await asked;
  return { data: webhook, text: table(rowsOf(webhook)) };
}

function rowsOf(webhook: Webhook): string[][] {
  const { id, url, description, account, owner, reference, types, paused, waiting, dead, failures } = webhook;
  const { retryAtMs, lastFailure } = webhook;
  const optional = (name: string, value: unknown): string[][] => (value === null ? [] : [[name, String(value)]]);
  return [
    ["webhook", id],
    ["URL", url],
    ...optional("description", description === "" ? null : description),
    ...optional("account", account),
    ...optional("owner", owner),
    ...optional("reference", reference),
    ["types", types.length === 0 ? "all" : types.join(", ")],
    ...optional("paused", paused === "gone" ? "the receiver answered 410" : paused),
    ["messages", `${waiting} waiting, ${dead} given up`],
    ...(failures === 0 ? [] : [["failures", `${failures} in a row`]]),
    ...optional("next try", retryAtMs === null ? null : new Date(retryAtMs).toISOString()),
    ...optional(
      "last failure",
      lastFailure === null ? null : `${lastFailure.reason}, ${new Date(lastFailure.atMs).toISOString()}`,
    ),
  ];
}
