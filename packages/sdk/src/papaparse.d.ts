/** The part of papaparse that is used. Its published types need those of Node. */
declare module "papaparse" {
  const papaparse: {
    readonly parse: (
      text: string,
      options: {
        readonly delimiter: string;
        readonly newline: "\n";
        /** Rows after which it stops. */
        readonly preview: number;
      },
    ) => {
      readonly data: readonly (readonly string[])[];
      /** With rows from 0; none for what is wrong with the whole text. */
      readonly errors: readonly { readonly message: string; readonly row?: number }[];
    };
    readonly unparse: (
      rows: readonly (readonly string[])[],
      options: { readonly newline: "\r\n"; readonly escapeFormulae: boolean },
    ) => string;
  };
  export = papaparse;
}
