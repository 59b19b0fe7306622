import {
  appendWebhookMessages,
  findWebhook,
  loadWaitingMessages,
  type NewWebhookMessage,
  type SentMessages,
  type StoredPosition,
  type StoredWebhook,
  type StoredWebhookMessage,
  settleWebhookMessages,
} from "@cairn/db";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { EventFeed } from "../events/feed.ts";
import type { EventFilter } from "../events/filter.ts";
import { readEvents } from "../events/messages.ts";
import { type LogPosition, positionCursor } from "../events/position.ts";
import { isWanted, type MessageSource, messageAbout, pingBody } from "./messages.ts";
import type { WebhookMetrics } from "./metrics.ts";
import { isTime, messagePauseMs, receiverPauseMs, verdictOn } from "./outcome.ts";
import { type RoundResult, runRound } from "./round.ts";
import type { Sender } from "./send.ts";

/** What a courier depends on. */
export interface CourierDeps {
  readonly source: MessageSource;
  readonly feed: EventFeed;
  readonly send: Sender;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: WebhookMetrics;
  readonly random?: () => number;
}

/** Takes the messages of one webhook to it. */
export interface Courier {
  /** Something about the webhook has changed. */
  readonly poke: () => void;
  /** Resolves when it has stopped, or the webhook is gone. */
  readonly done: Promise<void>;
}

/** Messages of a webhook that wait in the database; the others are still in the log alone. */
const MAX_WAITING = 1000;
const MAX_IN_FLIGHT = 8;
/** A round stores its results after this at the latest, but for what is on its way. */
const ROUND_MS = 2000;
/** The place in the log is stored this often while nothing in it matters to the webhook. */
const STORE_PLACE_MS = 5000;
const PAGE = 100;
/** Pages that are read before the place is stored. */
const MAX_PAGES = 20;
/** How often it looks whether something has changed of which nobody told it. */
const IDLE_MS = 5000;
const FAILURE_PAUSE_MS = 1000;

/**
 * Starts taking messages to a webhook until the signal: what the log says becomes stored messages, which are sent in order and
 * removed when they are taken. Whatever happens in between, each is sent again until then.
 */
export function startCourier(id: string, deps: CourierDeps, signal: AbortSignal): Courier {
  const { source, feed, clock, logger, metrics, random = Math.random } = deps;
  const { db, nowMs } = source;
  let wake: () => void = () => undefined;
  let isPoked = false;
  /** How far the log was read, from which stored place on, and what for. */
  let reading: Reading | null = null;
  /** What became of messages, while the database cannot store it: until then nothing more is sent. */
  let unsettled: SentMessages | null = null;

  /** Waits for a change, at most for a time; with `from`, also for what the log says after it. */
  const pause = async (ms: number, from: LogPosition | null): Promise<void> => {
    if (isPoked || signal.aborted) return;
    const ending = new AbortController();
    const end = () => ending.abort();
    signal.addEventListener("abort", end, { once: true });
    const cancel = clock.after(ms, end);
    wake = end;
    const woken = new Promise<void>((resolve) =>
      ending.signal.addEventListener("abort", () => resolve(), { once: true }),
    );
    await Promise.race([woken, ...(from === null ? [] : [feed.changed(from, ending.signal)])]);
    end();
    cancel();
    wake = () => undefined;
    signal.removeEventListener("abort", end);
  };

  /** Turns what the log says into stored messages, as many as fit. */
  const fill = async (webhook: StoredWebhook, room: number): Promise<void> => {
    const wanted = wantedBy(webhook);
    if (reading === null || reading.wanted !== wanted || !isSamePlace(reading.stored, webhook.position)) {
      reading = { wanted, stored: webhook.position, position: webhook.position, storedAt: clock.elapsedMs() };
    }
    let { position } = reading;
    const found: NewWebhookMessage[] = [];
    let isEnd = room <= 0;
    for (let pages = 0; !isEnd && found.length < room && pages < MAX_PAGES && !signal.aborted; pages++) {
      const page = await readEvents(feed.log, filterOf(webhook), position, Math.min(PAGE, room - found.length));
      if (page === null) {
        position = await feed.log.end();
        const reset = { type: "reset", cursor: positionCursor(position) } as const;
        found.push(await messageAbout(webhook, { message: reset, position }, source));
        break;
      }
      const news = page.told.filter(({ message }) => isWanted(webhook, message));
      found.push(...(await Promise.all(news.map((told) => messageAbout(webhook, told, source)))));
      ({ position, isEnd } = page);
    }
    const isLate = clock.elapsedMs() - reading.storedAt >= STORE_PLACE_MS;
    if (found.length === 0 && (!isLate || isSamePlace(position, reading.stored))) {
      reading = { ...reading, position };
      return;
    }
    const isStored = await appendWebhookMessages(db, id, { from: reading.stored, to: position }, found, nowMs());
    // Else somebody has asked for a replay meanwhile: the next turn begins there.
    reading = isStored ? { wanted, stored: position, position, storedAt: clock.elapsedMs() } : null;
  };

  /** Sends what can be sent; returns whether anything was tried. */
  const deliver = async (webhook: StoredWebhook, waiting: readonly StoredWebhookMessage[]): Promise<boolean> => {
    const until = clock.elapsedMs() + ROUND_MS;
    const result = await runRound(waiting, {
      send: (message) => deps.send(webhook, message),
      nowMs,
      maxInFlight: MAX_IN_FLIGHT,
      isProbe: webhook.failures > 0,
      isOver: () => signal.aborted || clock.elapsedMs() >= until,
    });
    // What a stop has cut off is neither taken nor failed.
    const { delivered } = result;
    const failed = signal.aborted ? [] : result.failed;
    if (delivered.length === 0 && failed.length === 0) return false;
    const sent = await judge(webhook, { delivered, failed });
    unsettled = sent;
    await settle();
    metrics.count(sent);
    const dead = sent.failed.filter(({ isDead }) => isDead).length;
    if (sent.isGone) logger.warn({ webhook: id }, "the receiver wants no messages any more: the webhook is paused");
    if (dead > 0) logger.error({ webhook: id, messages: dead }, "messages to a webhook were given up");
    if (failed.length > 0 && webhook.failures === 0 && sent.failures > 0) {
      logger.warn({ webhook: id, reason: failed.at(-1)?.outcome.reason }, "a webhook takes no messages");
    }
    return true;
  };

  const settle = async (): Promise<void> => {
    if (unsettled === null) return;
    await settleWebhookMessages(db, id, unsettled, nowMs());
    unsettled = null;
  };

  const judge = async (webhook: StoredWebhook, { delivered, failed }: RoundResult): Promise<SentMessages> => {
    const now = nowMs();
    const kinds = failed.map(({ outcome }) => outcome.kind);
    // Who refuses a message is there.
    const isAnswering = delivered.length > 0 || kinds.includes("refused");
    const failures = isAnswering || failed.length === 0 ? 0 : webhook.failures + 1;
    const asked = Math.max(0, ...failed.map(({ outcome }) => outcome.retryAfterMs ?? 0));
    const paused = Math.max(failures === 0 ? 0 : receiverPauseMs(failures, random()), asked);
    let isAlive: boolean | null = delivered.length > 0 || null;
    const judged: SentMessages["failed"][number][] = [];
    for (const { message, outcome } of failed) {
      const attempts = message.attempts + 1;
      const verdict = verdictOn(outcome, { ...message, attempts }, now);
      if (verdict === "deadIfAlive") isAlive ??= await isReachable(webhook);
      judged.push({
        sequence: message.sequence,
        reason: outcome.reason,
        nextAttemptAtMs: now + Math.max(messagePauseMs(attempts, random()), outcome.retryAfterMs ?? 0),
        isDead: verdict === "dead" || (verdict === "deadIfAlive" && isAlive === true),
      });
    }
    return {
      url: webhook.url,
      delivered: delivered.map(({ sequence }) => sequence),
      failed: judged,
      failures,
      retryAtMs: paused === 0 ? 0 : now + paused,
      isGone: kinds.includes("gone"),
    };
  };

  const isReachable = async (webhook: StoredWebhook): Promise<boolean> => {
    const ping = { id: `msg_ping_${nowMs().toString(36)}`, body: pingBody(webhook, source) };
    return (await deps.send(webhook, ping)).type === "taken";
  };

  /** One turn; returns whether the webhook is still there. */
  const turn = async (): Promise<boolean> => {
    isPoked = false;
    await settle();
    const webhook = await findWebhook(db, id);
    if (webhook === undefined) return false;
    if (webhook.paused !== null) {
      await pause(IDLE_MS, null);
      return true;
    }
    const before = await loadWaitingMessages(db, id, MAX_WAITING);
    await fill(webhook, MAX_WAITING - before.length);
    const waiting = await loadWaitingMessages(db, id, MAX_WAITING);
    const isFull = waiting.length >= MAX_WAITING;
    const now = nowMs();
    const retryMs = isTime(webhook.retryAtMs, now) ? 0 : webhook.retryAtMs - now;
    if (retryMs === 0 && (await deliver(webhook, waiting))) return true;
    const dueMs = Math.min(...waiting.map(({ nextAttemptAtMs }) => nextAttemptAtMs - now).filter((ms) => ms > 0));
    const ms = retryMs > 0 && waiting.length > 0 ? retryMs : Math.max(dueMs, retryMs);
    await pause(Math.min(IDLE_MS, ms), isFull ? null : (reading?.position ?? null));
    return true;
  };

  const work = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        if (!(await turn())) return;
      } catch (error) {
        if (signal.aborted) return;
        logger.error({ err: error, webhook: id }, "a webhook cannot be served");
        reading = null;
        await pause(FAILURE_PAUSE_MS, null);
      }
    }
  };

  return {
    poke: () => {
      isPoked = true;
      wake();
    },
    done: work(),
  };
}

/** How far a courier has read the log. */
interface Reading {
  /** Which messages were looked for: others may lie between the stored place and this one. */
  readonly wanted: string;
  readonly stored: StoredPosition;
  readonly position: LogPosition;
  readonly storedAt: number;
}

function wantedBy({ account, owner, reference, types }: StoredWebhook): string {
  return JSON.stringify([account, String(owner), String(reference), types]);
}

function filterOf({ account, owner, reference }: StoredWebhook): EventFilter {
  return { account: account ?? undefined, owner: owner ?? undefined, reference: reference ?? undefined };
}

function isSamePlace(a: StoredPosition, b: StoredPosition): boolean {
  return a.number === b.number && a.atMs === b.atMs && a.parts === b.parts;
}
