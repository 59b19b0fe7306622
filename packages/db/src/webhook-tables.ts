import type { Generated, JSONColumnType } from "kysely";

/** Texts in a JSON array. */
type Texts = JSONColumnType<string[], string, string>;

/** An address that is told what happens. */
export interface WebhooksTable {
  id: string;
  url: string;
  description: string;
  /** What it is told of; null for no restriction. */
  account: number | null;
  owner: Uint8Array | null;
  /** 31 bytes. */
  reference: Uint8Array | null;
  types: Texts;
  /** 32 bytes, with which messages are signed. */
  secret: Uint8Array;
  /** Signs too, for a while. */
  old_secret: Uint8Array | null;
  old_secret_until_ms: number | null;
  /** Why nothing is sent; null while it is. */
  paused: "operator" | "gone" | null;
  /** How far the log of events has become messages: see position.ts of the node. */
  position_number: number;
  position_at_ms: number;
  position_parts: number;
  /** Rounds in a row in which nothing was taken. */
  failures: Generated<number>;
  /** Nothing is sent before. */
  retry_at_ms: Generated<number>;
  last_delivered_at_ms: number | null;
  last_failed_at_ms: number | null;
  last_failure: string | null;
  created_at_ms: number;
}

/** A message that has not been taken yet. */
export interface WebhookMessagesTable {
  /** The order in which they are sent. */
  sequence: Generated<number>;
  webhook_id: string;
  /** The same whenever it is sent. */
  id: string;
  type: string;
  /** Messages that share one are sent in order. */
  lanes: Texts;
  /** What is sent, byte by byte. */
  body: string;
  /** Its place in the log of events. */
  event_number: number;
  event_parts: number;
  created_at_ms: number;
  attempts: Generated<number>;
  /** It is not sent before. */
  next_attempt_at_ms: number;
  first_failed_at_ms: number | null;
  last_failure: string | null;
  /** When it was given up; null while it waits. */
  dead_at_ms: number | null;
}

/** The two tables as SQL. */
export const WEBHOOK_SCHEMA = [
  `create table webhooks (
    id text primary key,
    url text not null,
    description text not null,
    account int,
    owner bytea check (octet_length(owner) = 20),
    reference bytea check (octet_length(reference) = 31),
    types jsonb not null,
    secret bytea not null check (octet_length(secret) = 32),
    old_secret bytea check (octet_length(old_secret) = 32),
    old_secret_until_ms bigint,
    paused text check (paused in ('operator', 'gone')),
    position_number bigint not null,
    position_at_ms bigint not null,
    position_parts int not null,
    failures int not null default 0,
    retry_at_ms bigint not null default 0,
    last_delivered_at_ms bigint,
    last_failed_at_ms bigint,
    last_failure text,
    created_at_ms bigint not null,
    check ((old_secret is null) = (old_secret_until_ms is null))
  )`,
  `create table webhook_messages (
    sequence bigint generated always as identity primary key,
    webhook_id text not null references webhooks (id) on delete cascade,
    id text not null,
    type text not null,
    lanes jsonb not null,
    body text not null,
    event_number bigint not null,
    event_parts int not null,
    created_at_ms bigint not null,
    attempts int not null default 0,
    next_attempt_at_ms bigint not null,
    first_failed_at_ms bigint,
    last_failure text,
    dead_at_ms bigint,
    unique (webhook_id, id)
  )`,
  `create index webhook_messages_waiting on webhook_messages (webhook_id, sequence) where dead_at_ms is null`,
  `create index webhook_messages_dead on webhook_messages (webhook_id, sequence) where dead_at_ms is not null`,
  `create index webhook_messages_age on webhook_messages (dead_at_ms) where dead_at_ms is not null`,
];
