/** A metric as a query selects it. */
export interface Selector {
  readonly metric: string;
  /** Labels that it matches on, with the value of an equality or the alternatives of a plain-word pattern. */
  readonly labels: ReadonlyMap<string, readonly string[]>;
}

/** The metrics and labels in a PromQL query. */
export interface QueryNames {
  readonly selectors: readonly Selector[];
  /** Labels that results are grouped or joined by. */
  readonly groupedBy: readonly string[];
}

const OPERATORS = new Set(["and", "or", "unless", "by", "without", "on", "ignoring", "offset", "bool"]);

/** The metrics and labels in a query, without checking its grammar. */
export function namesInQuery(query: string): QueryNames {
  const groupedBy: string[] = [];
  const bare = query.replace(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g, (_, labels: string) => {
    groupedBy.push(...labels.split(",").map((label) => label.trim()));
    return " ";
  });
  const selectors: Selector[] = [];
  for (const match of bare.matchAll(/(?<![\w:.])([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(\{[^}]*\})?(\[[^\]]*\])?(\s*\()?/g)) {
    const [, metric = "", matchers = "", , call] = match;
    if (call !== undefined || OPERATORS.has(metric)) continue;
    selectors.push({ metric, labels: labelsOf(matchers) });
  }
  return { selectors, groupedBy };
}

function labelsOf(matchers: string): ReadonlyMap<string, readonly string[]> {
  const labels = new Map<string, readonly string[]>();
  for (const [, label = "", operator = "", value = ""] of matchers.matchAll(
    /([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"([^"]*)"/g,
  )) {
    const isPlain = operator === "=" || /^[\w|/-]*$/.test(value);
    labels.set(label, isPlain ? value.split("|") : []);
  }
  return labels;
}
