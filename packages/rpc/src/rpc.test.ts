import {
  accountIndex,
  encodeFloat16,
  encodeFloat40,
  type L2Transaction,
  tokenId,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { EXAMPLES } from "./examples.ts";
import {
  API_ERRORS,
  batchEventSchema,
  blockEventSchema,
  entryEventSchema,
  openApiDocument,
  ROUTES,
  type RouteDefinition,
  signedTransactionFromJson,
  signedTransactionSchema,
  signedTransactionToJson,
  submitRequestSchema,
  WEBHOOK_ROUTES,
  WEBHOOK_TYPES,
  webhookMessageSchema,
} from "./index.ts";
import { WEBHOOK_EXAMPLES, WEBHOOK_MESSAGE_EXAMPLE } from "./webhook-examples.ts";

const common = {
  from: accountIndex(64),
  nonce: 2 ** 40 - 1,
  tokenId: tokenId(2 ** 32 - 1),
  amount: encodeFloat40(12_000n),
  fee: encodeFloat16(3n),
  validFrom: 0,
  validUntil: 2 ** 32 - 1,
  reference: 0n,
};
const transactions: L2Transaction[] = [
  {
    type: "transfer",
    ...common,
    to: accountIndex(2 ** 24 - 1),
    toOwner: 1n,
    toKey: 0n,
    link: { offset: -255, content: 5n },
  },
  { type: "transferToNew", ...common, amount: WHOLE_BALANCE, toOwner: 2n ** 160n - 1n, toKey: 1n, link: null },
  { type: "withdraw", ...common, recipient: 0xdeadn },
];

describe("signed transactions in JSON", () => {
  it.each(transactions)("come back as they were: $type", (transaction) => {
    const signed = { transaction, signature: { rx: 1n, s: 2n ** 200n } };
    const json = signedTransactionSchema.parse(JSON.parse(JSON.stringify(signedTransactionToJson(signed))));
    expect(signedTransactionFromJson(json)).toEqual(signed);
  });

  it("are refused with unknown fields, other widths, or above the field", () => {
    const [json] = transactions.map((transaction) =>
      signedTransactionToJson({ transaction, signature: { rx: 1n, s: 1n } }),
    );
    const accepts = (change: object) => signedTransactionSchema.safeParse({ ...json, ...change }).success;
    expect(accepts({})).toBe(true);
    expect(accepts({ extra: 1 })).toBe(false);
    expect(accepts({ from: 2 ** 24 })).toBe(false);
    expect(accepts({ nonce: 1.5 })).toBe(false);
    expect(accepts({ toOwner: "0x12" })).toBe(false);
    expect(accepts({ toKey: `0x${"f".repeat(64)}` })).toBe(false);
    expect(submitRequestSchema.safeParse({ transactions: [] }).success).toBe(false);
  });
});

describe("a quote", () => {
  it("may say that the operator pays a part, as on nodes that take no fees", () => {
    const parts = { data: "7", proof: "3", operator: "-10" };
    const quote = { kind: "transfer", tokenId: 0, fee: "0", minimumFee: "0", parts, gasPriceWei: "1" };
    expect(ROUTES.quote.response.parse(quote)).toEqual(quote);
    const wrong = { ...quote, parts: { ...parts, operator: "-0" } };
    expect(ROUTES.quote.response.safeParse(wrong).success).toBe(false);
  });
});

describe("the OpenAPI document", () => {
  it("has every operation with its answers and errors", () => {
    const document = JSON.parse(JSON.stringify(openApiDocument("1"))) as {
      paths: Record<string, Record<string, { operationId: string; parameters: object[]; responses: object }>>;
    };
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const names = [...Object.keys(ROUTES), ...Object.keys(WEBHOOK_ROUTES), "stream"];
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(names.sort());
    const submit = document.paths["/v1/transactions"]?.post;
    expect(Object.keys(submit?.responses ?? {})).toEqual([
      ...["200", "400", "405", "408", "413", "414", "415", "422", "429", "431", "500", "503"],
    ]);
    expect(document.paths["/v1/references/{reference}/transactions"]?.get?.parameters).toMatchObject([
      { name: "reference", in: "path", required: true },
      { name: "cursor", in: "query", required: false },
      {
        name: "limit",
        in: "query",
        required: false,
        schema: { type: "integer", minimum: 1, maximum: 100, default: 25 },
      },
    ]);
  });

  it("names every schema, and refers to it by name", () => {
    const document = openApiDocument("1") as { components: { schemas: Record<string, object> }; paths: object };
    const text = JSON.stringify(document);
    const names = Object.keys(document.components.schemas);
    const referred = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(text.match(/"\$ref":/g)).toHaveLength(referred.length);
    expect(new Set(names)).toEqual(new Set([...referred, ...names]));
    for (const name of ["Account", "Transaction", "Block", "Failure", "StreamMessage", "SubmitRequest"]) {
      expect(referred, name).toContain(name);
    }
    expect(text).not.toContain("$defs");
    expect(document.paths).toMatchObject({
      "/v1/stream": { get: { responses: { 101: { content: expect.anything() }, 426: expect.anything() } } },
      "/v1/payouts": { get: { parameters: expect.arrayContaining([expect.objectContaining({ name: "cursor" })]) } },
    });
  });

  it("is written for generators of clients: objects with names, integers with widths, unions that can be told apart", () => {
    const document = JSON.parse(JSON.stringify(openApiDocument("1"))) as {
      components: { schemas: Record<string, object> };
      paths: object;
    };
    const { schemas } = document.components;
    const counts = { objects: 0, integers: 0, unions: 0 };
    const look = (value: unknown, place: string): void => {
      if (typeof value !== "object" || value === null) return;
      const schema = value as Record<string, unknown>;
      if (schema.properties !== undefined && schema.type === "object") {
        counts.objects++;
        expect(schemas, place).toHaveProperty(place.replace("schemas.", ""));
      }
      if (schema.type === "integer") {
        counts.integers++;
        expect(schema.format, place).toBe(Number(schema.maximum) < 2 ** 31 ? "int32" : "int64");
      }
      const options = schema.oneOf;
      if (Array.isArray(options)) {
        counts.unions++;
        const { mapping } = schema.discriminator as { mapping: object };
        expect(new Set(options.map(({ $ref }) => $ref)), place).toEqual(new Set(Object.values(mapping)));
      }
      for (const [key, part] of Object.entries(schema)) if (key !== "example") look(part, `${place}.${key}`);
    };
    look(schemas, "schemas");
    look(document.paths, "paths");
    expect(counts.objects).toBe(Object.values(schemas).filter((schema) => "properties" in schema).length);
    expect(counts.integers).toBeGreaterThan(100);
    expect(counts.unions).toBe(3);
    const anything = { $ref: "#/components/schemas/AnyValue" };
    expect(schemas).toMatchObject({
      AnyValue: {},
      Problem: { properties: { details: { additionalProperties: anything } } },
    });
  });

  it("tells what a request may leave out, and leaves answers open to new fields", () => {
    const { SignedTransfer, Account } = (
      openApiDocument("1") as { components: { schemas: Record<string, { required: string[]; properties: object }> } }
    ).components.schemas;
    expect(Object.keys(SignedTransfer?.properties ?? {})).toEqual(
      expect.arrayContaining(["validFrom", "reference", "link"]),
    );
    for (const name of ["validFrom", "reference", "link"]) expect(SignedTransfer?.required).not.toContain(name);
    expect(SignedTransfer).toMatchObject({ additionalProperties: false });
    expect(Account).not.toHaveProperty("additionalProperties");
    const [, toNew] = transactions;
    if (toNew === undefined) throw new TypeError("no transaction");
    const json = signedTransactionToJson({ transaction: { ...toNew, validFrom: 0 }, signature: { rx: 1n, s: 1n } });
    const optional = ["link", "reference", "validFrom"];
    const least = Object.fromEntries(Object.entries(json).filter(([name]) => !optional.includes(name)));
    expect(signedTransactionSchema.parse(least)).toEqual(json);
  });

  it("has an example of every operation that its schemas accept, and that shows every part of its answer", () => {
    const routes: Readonly<Record<string, RouteDefinition>> = { ...ROUTES, ...WEBHOOK_ROUTES };
    for (const [name, { params, query, body, response }] of Object.entries({ ...EXAMPLES, ...WEBHOOK_EXAMPLES })) {
      const route = routes[name];
      if (route === undefined) expect.unreachable(name);
      const written = (values: object | undefined) =>
        Object.fromEntries(Object.entries(values ?? {}).map(([key, value]) => [key, String(value)]));
      expect(route.params?.safeParse(written(params)).error, name).toBeUndefined();
      expect(route.query?.safeParse(written(query)).error, name).toBeUndefined();
      expect(route.body?.safeParse(body).error, name).toBeUndefined();
      expect(route.response.parse(response), name).toEqual(response);
    }
    const text = JSON.stringify(openApiDocument("1"));
    expect(text.match(/"example":/g)?.length).toBeGreaterThan(2 * Object.keys(ROUTES).length);
    expect(text).not.toContain("prefixItems");
  });

  it("has what is posted to webhooks, and the token that their operations need", () => {
    const { paths, webhooks, components } = openApiDocument("1") as {
      paths: Record<string, Record<string, { security?: object[] }>>;
      webhooks: object;
      components: { securitySchemes: object };
    };
    const guarded = Object.entries(paths).flatMap(([path, methods]) =>
      Object.values(methods).flatMap(({ security }) => (security === undefined ? [] : [path])),
    );
    expect(guarded).toHaveLength(Object.keys(WEBHOOK_ROUTES).length);
    expect(guarded.every((path) => path.startsWith("/v1/webhooks"))).toBe(true);
    expect(components.securitySchemes).toMatchObject({ operatorToken: { type: "http", scheme: "bearer" } });
    expect(webhooks).toMatchObject({ message: { post: { requestBody: { content: expect.anything() } } } });
    expect(webhookMessageSchema.parse(WEBHOOK_MESSAGE_EXAMPLE)).toEqual(WEBHOOK_MESSAGE_EXAMPLE);
    const schemas = { entry: entryEventSchema, block: blockEventSchema, batch: batchEventSchema };
    const types = Object.entries(schemas).flatMap(([about, { shape }]) =>
      shape.status.options.map((status) => `${about}.${status}`),
    );
    expect([...WEBHOOK_TYPES]).toEqual([...types, "reset", "ping"]);
  });

  it("gives every failure a status of its own, but for the two ways of too many requests", () => {
    const byStatus = Map.groupBy(Object.entries(API_ERRORS), ([, { http }]) => http);
    const shared = [...byStatus].filter(([, some]) => some.length > 1);
    expect(shared.map(([status, some]) => [status, some.map(([code]) => code)])).toEqual([
      [429, ["overloaded", "rate-limited"]],
    ]);
    const { paths } = openApiDocument("1") as { paths: Record<string, { post?: { responses: object } }> };
    const responses = JSON.stringify(paths["/v1/transactions"]?.post?.responses);
    for (const code of ["overloaded", "rate-limited"]) expect(responses).toContain(`\`${code}\``);
  });
});
