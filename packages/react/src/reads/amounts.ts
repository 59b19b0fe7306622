/** A node's answer with amounts as bigint, in the token's smallest unit. */
export type WithAmounts<Answer, Names extends keyof Answer> = {
  readonly [Name in keyof Answer]: Name extends Names
    ? null extends Answer[Name]
      ? bigint | null
      : bigint
    : Answer[Name];
};

/**
 * Reads the digits of amounts.
 *
 * @example withAmounts({ index: 70, balance: "12" }, ["balance"]) // { index: 70, balance: 12n }
 */
export function withAmounts<Answer extends object, Names extends keyof Answer & string>(
  answer: Answer,
  names: readonly Names[],
): WithAmounts<Answer, Names> {
  const amounts = names.map((name) => {
    const digits: unknown = answer[name];
    return [name, digits === null ? null : BigInt(String(digits))] as const;
  });
  return { ...answer, ...Object.fromEntries(amounts) } as unknown as WithAmounts<Answer, Names>;
}
