import type { Key, ReactElement, ReactNode } from "react";

/** A column of a {@link DataTable}. */
export interface Column<Row> {
  readonly name: string;
  readonly cell: (row: Row) => ReactNode;
  /** From which width of the window it is shown: what a phone leaves out is on the page behind the row's link. */
  readonly from?: "sm" | "md";
  /** Numbers stand under one another at the right. */
  readonly isNumber?: boolean;
}

const FROM = { sm: "hidden sm:table-cell", md: "hidden md:table-cell" } as const;

/** Rows of what a list has; the first column leads to the row's own page. */
export function DataTable<Row>({
  name,
  columns,
  rows,
  keyOf,
  empty,
}: {
  /** What it lists, for readers of the screen. */
  readonly name: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => Key;
  /** Said when there are no rows. */
  readonly empty: string;
}): ReactElement {
  const style = ({ from, isNumber }: Column<Row>) =>
    `px-3 py-2.5 first:pl-4 last:pr-4 ${from === undefined ? "" : FROM[from]} ${isNumber === true ? "text-right" : "text-left"}`;
  if (rows.length === 0) return <p className="card px-4 py-6 text-center text-sm text-soft">{empty}</p>;
  return (
    <div className="card overflow-x-auto">
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{name}</caption>
        <thead>
          <tr className="border-b border-line text-xs text-soft">
            {columns.map((column) => (
              <th key={column.name} scope="col" className={`font-medium ${style(column)}`}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.map((row) => (
            <tr key={keyOf(row)} className="arrives">
              {columns.map((column) => (
                <td key={column.name} className={style(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
