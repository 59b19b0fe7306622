import * as z from "zod/mini";

/**
 * Options for `parse` and `safeParse` of every schema here, so that issues say what is wrong: zod/mini itself has only
 * "Invalid input", and a library must not set the messages of a whole page.
 *
 * @example blockSchema.safeParse(json, ENGLISH).error?.issues[0]?.message // "Invalid input: expected object, received null"
 */
export const ENGLISH: { readonly error: z.core.$ZodErrorMap } = { error: z.locales.en().localeError };
