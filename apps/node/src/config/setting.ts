import { inspect } from "node:util";
import { addressProblem, isL1PrivateKey } from "@cairn/protocol";
import { z } from "zod";

/** Highest number of a port. */
export const MAX_PORT = 65_535;
/** Longest of the times that are given in milliseconds. */
export const DAY_MS = 86_400_000;

/** A value that is hidden in prints, logs and JSON. */
export interface Secret {
  readonly reveal: () => string;
}

/** One setting: variable, form, meaning. The flag is the variable without prefix, in lower case with dashes. */
export interface Setting<T> {
  readonly env: `CAIRN_${string}` | "DATABASE_URL";
  readonly parse: z.ZodType<T, string | undefined>;
  /** Default as it would be written; null when the setting is required or optional without one. */
  readonly fallback: string | null;
  readonly isRequired: boolean;
  /** Its flag may be given without a value, meaning true. */
  readonly isSwitch: boolean;
  /** Only a variable may hold it: other users of the machine can read the flags of a process. */
  readonly isSecret: boolean;
  readonly unit: string | null;
  readonly text: string;
}

/** A setting as declared; `required` and `fallback` exclude each other. */
interface Declaration<T> {
  readonly env: Setting<T>["env"];
  readonly schema: z.ZodType<T, string | undefined>;
  readonly fallback?: string;
  readonly required?: true;
  readonly switch?: true;
  readonly secret?: true;
  readonly unit?: string;
  readonly text: string;
}

/** Declares a setting. */
export function setting<T>(declaration: Declaration<T>): Setting<T> {
  const { env, schema, fallback, required, unit, text } = declaration;
  return {
    env,
    parse: schema,
    fallback: fallback ?? null,
    isRequired: required === true,
    isSwitch: declaration.switch === true,
    isSecret: declaration.secret === true,
    unit: unit ?? null,
    text,
  };
}

/** Flag of a setting: `--data-dir` for CAIRN_DATA_DIR. */
export function flagOf({ env }: Pick<Setting<unknown>, "env">): string {
  return `--${env
    .replace(/^CAIRN_/, "")
    .toLowerCase()
    .replaceAll("_", "-")}`;
}

/** Wraps a value so that it cannot be printed by accident. */
export function secret(value: string): Secret {
  const hidden = "[secret]";
  return Object.freeze({
    reveal: () => value,
    toString: () => hidden,
    toJSON: () => hidden,
    [inspect.custom]: () => hidden,
  });
}

const HTTP_PROBLEM = "is not an http:// or https:// address";

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

const given = z.string("is required").trim().min(1, "is required");

/** Forms of settings; every input is text. */
export const form = {
  text: () => given,
  optionalText: () => z.string().trim().min(1).optional(),
  optionalSecret: () =>
    z
      .string()
      .trim()
      .min(1)
      .optional()
      .transform((value) => (value === undefined ? undefined : secret(value))),
  optionalL1Key: () =>
    z
      .string()
      .trim()
      .refine(isL1PrivateKey, "is not a private key: 0x and 64 hex digits, not 0 and below the order of secp256k1")
      .transform(secret)
      .optional(),
  integer: (minimum: number, maximum: number) =>
    given
      .regex(/^[0-9]+$/, "is not a whole number")
      .transform(Number)
      .pipe(z.int().min(minimum).max(maximum)),
  optionalInteger: (minimum: number, maximum: number) =>
    z
      .string()
      .regex(/^[0-9]+$/, "is not a whole number")
      .transform(Number)
      .pipe(z.int().min(minimum).max(maximum))
      .optional(),
  wei: () => given.regex(/^[0-9]{1,77}$/, "is not a whole number below 10^77").transform(BigInt),
  percent: (minimum: number, maximum: number) =>
    given
      .regex(/^-?[0-9]+$/, "is not a whole number")
      .transform(Number)
      .pipe(z.int().min(minimum).max(maximum)),
  oneOf: <const Values extends readonly [string, ...string[]]>(values: Values) => given.pipe(z.enum(values)),
  listOf: <const Values extends readonly [string, ...string[]]>(values: Values) =>
    given.transform((text) => text.split(",").map((part) => part.trim())).pipe(z.array(z.enum(values)).min(1)),
  httpUrl: () => given.refine(isHttpUrl, HTTP_PROBLEM),
  httpUrls: () =>
    z
      .string()
      .optional()
      .transform((text = "") => text.split(/[\s,]+/).filter((url) => url !== ""))
      .refine((urls) => urls.every(isHttpUrl), `${HTTP_PROBLEM} (one of them)`),
  paths: () =>
    z
      .string()
      .optional()
      .transform((text = "") =>
        text
          .split(",")
          .map((path) => path.trim())
          .filter((path) => path !== ""),
      ),
  optionalNodeUrl: () =>
    z
      .string()
      .trim()
      .refine(isHttpUrl, HTTP_PROBLEM)
      .refine(
        (text) => !URL.canParse(text) || new URL(text).username + new URL(text).password === "",
        "contains a user or password, which no node uses",
      )
      .optional(),
  optionalDatabaseUrl: () =>
    z
      .string()
      .trim()
      .refine((text) => /^postgres(?:ql)?:\/\//.test(text), "is not a postgres:// or postgresql:// address")
      .optional(),
  trueOrFalse: () => given.pipe(z.enum(["true", "false"])).transform((value) => value === "true"),
  optionalAddress: () =>
    z
      .string()
      .trim()
      .transform((text, context): `0x${string}` => {
        const problem = addressProblem(text) ?? (/^0x0*$/.test(text) ? "is the address 0" : null);
        if (problem !== null) context.addIssue(problem);
        return `0x${text.slice(2)}`;
      })
      .optional(),
} as const;
