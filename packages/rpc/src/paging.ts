import * as z from "zod/mini";
import { countSchema, described } from "./values.ts";

/** A number in a path or query. */
export const digits = z.pipe(z.pipe(z.string().check(z.regex(/^[0-9]{1,15}$/)), z.transform(Number)), countSchema);

/** Entries of a page that a client may ask for. */
export const MAX_PAGE = 100;
const DEFAULT_PAGE = 25;

const CURSOR_FORM = /^[A-Za-z0-9_-]{1,200}$/;
/** A place in a list: only the node that made it knows what it means. */
export const cursorSchema = z.string().check(z.regex(CURSOR_FORM));

/** How many entries a page has at most. */
export const limitWith = (size: number) =>
  described(z._default(z.pipe(digits, z.int().check(z.minimum(1), z.maximum(MAX_PAGE))), size), "entries of a page");

/** How many entries a page has at most. */
export const limit = limitWith(DEFAULT_PAGE);

/** Where a page begins: absent for the first page. */
export const cursor = described(z.optional(cursorSchema), "`next` of the previous page");

/** Query of a list: which page, and its size. */
export const page = { cursor, limit };

/** Cursor of the next page in an answer. */
export const next = described(z.nullable(cursorSchema), "`cursor` of the next page; null after the last");

/** Cursor of the next page, for lists of which the node examines a bounded part at a time. */
export const nextOfPart = described(z.nullable(cursorSchema), "`cursor` of the next page");
