/** What a worker can be asked by name, with what is asked and answered. */
export type Operations<Names extends string> = {
  readonly [Name in Names]: { readonly asked: object; readonly answer: unknown };
};

/** A question to a worker, one of each of its operations. */
export type QuestionOf<All extends Operations<keyof All & string>, Settings> = {
  readonly [Name in keyof All]: {
    readonly id: number;
    readonly settings: Settings;
    readonly operation: Name;
    readonly asked: All[Name]["asked"];
  };
}[keyof All];
