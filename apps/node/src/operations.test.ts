import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROUTES } from "@cairn/rpc";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createNodeHarness, type NodeHarness } from "../test/node-harness.ts";
import { namesInQuery } from "../test/promql.ts";

const ROOT = join(import.meta.dirname, "../../..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** What Prometheus itself adds to every series. */
const SCRAPE_LABELS = ["instance", "job"];

interface Alert {
  readonly name: string;
  readonly query: string;
  readonly runbook: string;
}

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

function readAlerts(): Alert[] {
  const blocks = read("ops/prometheus/alerts.yml")
    .split(/^ {6}- alert: /m)
    .slice(1);
  return blocks.map((block) => ({
    name: block.split("\n")[0] ?? "",
    query: /^ {8}expr: (.+)$/m.exec(block)?.[1] ?? "",
    runbook: /^ {10}runbook: (.+)$/m.exec(block)?.[1] ?? "",
  }));
}

const alerts = readAlerts();
const dashboard: {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
} = JSON.parse(read("ops/grafana/cairn.json"));
const queries = [
  ...alerts.map(({ name, query }) => [`alert ${name}`, query] as const),
  ...dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [`panel ${title}`, expr.replaceAll("$__rate_interval", "1m")] as const),
  ),
  ...dashboard.templating.list.flatMap(({ name, definition }) => {
    const query = /^label_values\((.+), (\w+)\)$/.exec(definition ?? "");
    return query === null ? [] : [[`variable ${name}`, `sum by (${query[2]}) (${query[1]})`] as const];
  }),
];

/** Labels of every series name that a node exports, with the values seen. */
type Exported = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

async function readExported(registry: Registry): Promise<Exported> {
  const exported = new Map<string, Map<string, Set<string>>>();
  const declare = (name: string, labels: readonly string[]): Map<string, Set<string>> => {
    const known = exported.get(name) ?? new Map<string, Set<string>>();
    for (const label of labels) if (!known.has(label)) known.set(label, new Set());
    exported.set(name, known);
    return known;
  };
  for (const metric of registry.getMetricsAsArray()) {
    const labels = "labelNames" in metric && Array.isArray(metric.labelNames) ? metric.labelNames.map(String) : [];
    const { name, type } = metric;
    const isHistogram = String(type) === "histogram";
    if (isHistogram) {
      declare(`${name}_bucket`, [...labels, "le"]);
      for (const part of ["_sum", "_count"]) declare(`${name}${part}`, labels);
    } else declare(name, labels);
  }
  for (const { name, values } of await registry.getMetricsAsJSON()) {
    for (const value of values) {
      const own = "metricName" in value && typeof value.metricName === "string" ? value.metricName : name;
      const known = declare(own, []);
      for (const [label, seen] of Object.entries(value.labels)) {
        known.set(label, (known.get(label) ?? new Set()).add(String(seen)));
      }
    }
  }
  return exported;
}

/** Why a value can occur that a fresh node has not exported; undefined when it cannot. */
function canOccur(label: string, value: string): boolean {
  if (label === "route") return Object.values(ROUTES).some(({ path }) => path === value);
  return label === "status" && /^[1-5][0-9]{2}$/.test(value);
}

describe("dashboard and alarms", () => {
  let harness: NodeHarness;
  let exported: Exported;
  let dir: string;

  beforeAll(async () => {
    harness = await createNodeHarness();
    dir = mkdtempSync(join(tmpdir(), "cairn-archives-"));
    const registry = new Registry();
    await harness.begin({ registry }, { CAIRN_ARCHIVE_DIR: dir });
    await vi.waitFor(
      async () => {
        exported = await readExported(registry);
        const stages = exported.get("cairn_waiting")?.get("stage")?.size ?? 0;
        expect([stages, exported.get("cairn_l1_seen_timestamp_seconds")]).toEqual([5, expect.anything()]);
      },
      { timeout: 40_000, interval: 100 },
    );
  });
  afterAll(async () => {
    await harness.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it("query only what a node exports", () => {
    const problems = queries.flatMap(([where, query]) => {
      const { selectors, groupedBy } = namesInQuery(query);
      const known = new Set([
        ...SCRAPE_LABELS,
        ...selectors.flatMap(({ metric }) => [...(exported.get(metric)?.keys() ?? [])]),
      ]);
      return [
        ...selectors.flatMap(({ metric, labels }) => {
          if (metric === "up") return [];
          const series = exported.get(metric);
          if (series === undefined) return [`${where}: no metric ${metric}`];
          return [...labels].flatMap(([label, values]) => {
            if (SCRAPE_LABELS.includes(label)) return [];
            const seen = series.get(label);
            if (seen === undefined) return [`${where}: ${metric} has no label ${label}`];
            const impossible = values.filter((value) => !seen.has(value) && !canOccur(label, value));
            return impossible.map((value) => `${where}: ${metric} is never ${label}=${value}`);
          });
        }),
        ...groupedBy.filter((label) => !known.has(label)).map((label) => `${where}: nothing has the label ${label}`),
      ];
    });
    expect(queries.length).toBeGreaterThan(80);
    expect(queries.map(([where]) => where)).toContain("variable instance");
    expect(problems).toEqual([]);
  });

  it("cover every metric of the node", () => {
    const used = new Set(queries.flatMap(([, query]) => namesInQuery(query).selectors.map(({ metric }) => metric)));
    const isUsed = (name: string): boolean =>
      used.has(name) || [...used].some((other) => stemOf(other) === stemOf(name));
    expect([...exported.keys()].filter((name) => name.startsWith("cairn_") && !isUsed(name))).toEqual([]);
  });

  it("detect a query of a metric or label that does not exist", () => {
    expect(
      namesInQuery('sum by (le, x) (rate(cairn_a_total{b="c", d=~"e|f", g=~".*"}[5m])) > 2e9 * cairn_h and cairn_i'),
    ).toEqual({
      selectors: [
        {
          metric: "cairn_a_total",
          labels: new Map([
            ["b", ["c"]],
            ["d", ["e", "f"]],
            ["g", []],
          ]),
        },
        { metric: "cairn_h", labels: new Map() },
        { metric: "cairn_i", labels: new Map() },
      ],
      groupedBy: ["le", "x"],
    });
  });
});

describe("runbooks", () => {
  const sections = [...read("docs/runbooks/alarms.md").matchAll(/^## (Cairn\w+)$/gm)].map(([, name]) => name ?? "");

  it("have one section for every alarm, and no other", () => {
    expect(new Set(sections).size).toBe(sections.length);
    expect(sections.toSorted()).toEqual(alerts.map(({ name }) => name).toSorted());
    for (const { name, runbook } of alerts) expect(runbook).toBe(`docs/runbooks/alarms.md#${name.toLowerCase()}`);
  });

  it("say for every alarm what it means, how to check, what to do and what never to do", () => {
    const bodies = read("docs/runbooks/alarms.md").split(/^## /m).slice(1);
    for (const body of bodies) {
      for (const part of ["**Means.**", "**Look.**", "**Do.**", "**Never.**"]) {
        expect(body.includes(part), `${body.split("\n")[0]} lacks ${part}`).toBe(true);
      }
    }
  });

  it("are all in the index", () => {
    const index = read("docs/runbooks/README.md");
    for (const name of sections) expect(index).toContain(`alarms.md#${name.toLowerCase()}`);
    for (const file of readdirSync(join(ROOT, "docs/runbooks")))
      if (file !== "README.md") expect(index).toContain(`(${file}`);
  });
});

function stemOf(name: string): string {
  return name.replace(/_(?:bucket|sum|count)$/, "");
}
