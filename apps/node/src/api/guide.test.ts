import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROUTES, type RouteDefinition } from "@cairn/rpc";
import { expect, it } from "vitest";

const GUIDE = readFileSync(join(import.meta.dirname, "../../../../docs/guides/api.md"), "utf8");
const ROUTE_LIST: readonly RouteDefinition[] = Object.values(ROUTES);

/** The route that a request of the guide goes to, and why its parameters do not fit; null if they do. */
function check(request: string): { readonly route: RouteDefinition | undefined; readonly problem: string | null } {
  const { pathname, searchParams } = new URL(request, "http://node");
  const parts = pathname.split("/");
  const route = ROUTE_LIST.find(({ method, path }) => {
    const names = path.split("/");
    return (
      method === "GET" &&
      names.length === parts.length &&
      names.every((name, i) => name[0] === ":" || name === parts[i])
    );
  });
  const params = Object.fromEntries(
    (route?.path.split("/") ?? []).flatMap((name, i) => (name[0] === ":" ? [[name.slice(1), parts[i]]] : [])),
  );
  const query = Object.fromEntries(searchParams);
  const unknown = Object.keys(query).filter((name) => !Object.hasOwn(route?.query?.shape ?? {}, name));
  const problems = [
    ...unknown,
    ...[route?.params?.safeParse(params), route?.query?.safeParse(query)].flatMap(
      (result) => result?.error?.message ?? [],
    ),
  ];
  return { route, problem: problems.length === 0 ? null : problems.join(", ") };
}

const REQUESTS = [
  ...[...GUIDE.matchAll(/`GET (\/[^`]+)`/g)].map(([, request]) => request ?? ""),
  ...[...GUIDE.matchAll(/"http:\/\/127\.0\.0\.1:8080(\/[^"]+)"/g)].map(([, request]) => request ?? ""),
];

it("the guide asks for something", () => {
  expect(REQUESTS.length).toBeGreaterThan(10);
});

it.each(REQUESTS)("%s is a request that the API takes", (request) => {
  const { route, problem } = check(request);
  expect(route, request).toBeDefined();
  expect(problem).toBeNull();
});
