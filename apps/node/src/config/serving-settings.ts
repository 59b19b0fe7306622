import { CRASH_POINTS } from "../crash-points.ts";
import { crashTarget, networks, pageOrigins, rateLimit } from "./node-forms.ts";
import { form, MAX_PORT, setting } from "./setting.ts";

/** The API, metrics, administration, and what only tests set. */
export const SERVING_SETTINGS = {
  host: setting({
    env: "CAIRN_HOST",
    schema: form.text(),
    fallback: "127.0.0.1",
    text: "Address that the API and the metrics listen on.",
  }),
  apiPort: setting({
    env: "CAIRN_API_PORT",
    schema: form.integer(0, MAX_PORT),
    fallback: "8080",
    text: "Port of the API; 0 picks a free one.",
  }),
  pageOrigins: setting({
    env: "CAIRN_PAGE_ORIGINS",
    schema: pageOrigins,
    fallback: "loopback",
    text: "Web pages that may read the API's answers and its stream: none, loopback (pages that this machine serves), * (all), or a list of origins: https://shop.example,https://admin.example.",
  }),
  webDir: setting({
    env: "CAIRN_WEB_DIR",
    schema: form.optionalText(),
    text: "Folder with the pages of npm run web:build, which the API then serves at its root; without it none.",
  }),
  webL1Url: setting({
    env: "CAIRN_WEB_L1_URL",
    schema: form.optionalNodeUrl(),
    text: "RPC of L1 that these pages check through until their user names another. Everyone can read and use it: never one with a secret.",
  }),
  rateLimit: setting({
    env: "CAIRN_RATE_LIMIT",
    schema: rateLimit,
    fallback: "none",
    text: "Requests that a client may send to the API as number/seconds, such as 600/60, or none for no limit; a client is an IPv4 address, or an IPv6 network of 64 bits. Behind a proxy also CAIRN_TRUSTED_PROXIES is needed, or all its clients count as one.",
  }),
  trustedProxies: setting({
    env: "CAIRN_TRUSTED_PROXIES",
    schema: networks,
    fallback: "none",
    text: "Proxies in front of the API, whose header X-Forwarded-For is believed: addresses and networks, such as 127.0.0.1,10.0.0.0/8. Without them the header is ignored.",
  }),
  sequencerUrl: setting({
    env: "CAIRN_SEQUENCER_URL",
    schema: form.optionalNodeUrl(),
    text: "Where an api without sequencer finds the sequencer's process, http://…: its API or its CAIRN_SEQUENCER_PORT.",
  }),
  sequencerPort: setting({
    env: "CAIRN_SEQUENCER_PORT",
    schema: form.optionalInteger(0, MAX_PORT),
    text: "Port on which a sequencer without api serves those in other processes, not clients; off unless given, 0 picks a free one.",
  }),
  metricsPort: setting({
    env: "CAIRN_METRICS_PORT",
    schema: form.integer(0, MAX_PORT),
    fallback: "9090",
    text: "Port of the Prometheus metrics; 0 picks a free one.",
  }),
  adminPort: setting({
    env: "CAIRN_ADMIN_PORT",
    schema: form.optionalInteger(0, MAX_PORT),
    text: "Port of the admin operations, on 127.0.0.1; off unless given.",
  }),
  adminToken: setting({
    env: "CAIRN_ADMIN_TOKEN",
    schema: form.optionalSecret(),
    secret: true,
    text: "Bearer token of the admin operations; needed with the admin port.",
  }),
  maxBodyBytes: setting({
    env: "CAIRN_MAX_BODY_BYTES",
    schema: form.integer(1024, 100_000_000),
    fallback: "131072",
    unit: "bytes",
    text: "Largest request body.",
  }),
  requestTimeoutMs: setting({
    env: "CAIRN_REQUEST_TIMEOUT_MS",
    schema: form.integer(100, 600_000),
    fallback: "30000",
    unit: "milliseconds",
    text: "Time that a client may take to send a request, and the sequencer to answer a request forwarded by an api in another process.",
  }),
  maxConnections: setting({
    env: "CAIRN_MAX_CONNECTIONS",
    schema: form.integer(1, 1_000_000),
    fallback: "20000",
    unit: "connections",
    text: "Most connections to the API.",
  }),
  maxStreamClients: setting({
    env: "CAIRN_MAX_STREAM_CLIENTS",
    schema: form.integer(0, 1_000_000),
    fallback: "1000",
    unit: "connections",
    text: "Most WebSocket clients; each api in another process counts as one.",
  }),
  eventsKeptHours: setting({
    env: "CAIRN_EVENTS_KEPT",
    schema: form.integer(1, 87_600),
    fallback: "168",
    unit: "hours",
    text: "How long what happened stays in the log, so that the stream and /v1/events go on behind a cursor; set where the watcher runs.",
  }),
  webhookToken: setting({
    env: "CAIRN_WEBHOOK_TOKEN",
    schema: form.optionalSecret(),
    secret: true,
    text: "Bearer token with which webhooks are made and changed, over the API; without it nobody can. Set it where the api runs.",
  }),
  webhookHttp: setting({
    env: "CAIRN_WEBHOOK_HTTP",
    schema: form.trueOrFalse(),
    fallback: "false",
    switch: true,
    text: "Whether messages to webhooks may go over plain HTTP, also to other machines: everybody on the way can read them. Set it where the api runs.",
  }),
  crashAt: setting({
    env: "CAIRN_CRASH_AT",
    schema: crashTarget,
    text: `Development chains only: the process kills itself at this step, or at its n-th visit (name:n), to test recovery. One of ${CRASH_POINTS.join(", ")}.`,
  }),
  clockOffsetFile: setting({
    env: "CAIRN_CLOCK_OFFSET_FILE",
    schema: form.optionalText(),
    text: "Development chains only: a file with milliseconds that are added to the machine's clock, to test clock jumps.",
  }),
  logLevel: setting({
    env: "CAIRN_LOG_LEVEL",
    schema: form.oneOf(["trace", "debug", "info", "warn", "error", "silent"]),
    fallback: "info",
    text: "Lowest severity that is logged.",
  }),
} as const;
