/** Lints the OpenAPI document of the node's API with the rules that Redocly recommends and with Spectral's. */
import { openApiDocument } from "@cairn/rpc";
import { BaseResolver, createConfig, lintDocument, makeDocumentFromString } from "@redocly/openapi-core";
import spectralCore, { type RulesetDefinition } from "@stoplight/spectral-core";
import spectralParsers from "@stoplight/spectral-parsers";
import spectralRulesets from "@stoplight/spectral-rulesets";

/** One complaint of a linter. */
interface Complaint {
  readonly rule: string;
  readonly at: string;
  readonly message: string;
}

const NAME = "openapi.json";
/** A WebSocket answers 101: both linters know plain HTTP only. */
const EXPECTED: readonly Omit<Complaint, "message">[] = [
  { rule: "operation-2xx-response", at: "#/paths/~1v1~1stream/get/responses" },
  { rule: "operation-success-response", at: "paths./v1/stream.get.responses" },
];

const text = JSON.stringify(openApiDocument("0.1.0"), null, 2);
const complaints = [...(await lintWithRedocly()), ...(await lintWithSpectral())];
const unexpected = complaints.filter((one) => !EXPECTED.some(({ rule, at }) => rule === one.rule && at === one.at));
const missing = EXPECTED.filter(({ rule, at }) => !complaints.some((one) => one.rule === rule && one.at === at));
for (const { rule, at, message } of unexpected) console.error(`error ${at}: ${message} (${rule})`);
for (const { rule, at } of missing) console.error(`error ${at}: ${rule} no longer complains; take it off the list`);
console.log(`OpenAPI document of ${text.length} characters: ${unexpected.length + missing.length} problems`);
process.exitCode = unexpected.length + missing.length > 0 ? 1 : 0;

async function lintWithRedocly(): Promise<Complaint[]> {
  const config = await createConfig({ extends: ["recommended"] });
  const document = makeDocumentFromString(text, NAME);
  const problems = await lintDocument({ document, config, externalRefResolver: new BaseResolver() });
  return problems.map(({ ruleId: rule, message, location: [place] }) => ({ rule, message, at: place?.pointer ?? "" }));
}

async function lintWithSpectral(): Promise<Complaint[]> {
  const linter = new spectralCore.Spectral();
  // Its own declaration is wider than what its core takes.
  linter.setRuleset({ extends: [spectralRulesets.oas as RulesetDefinition] });
  const results = await linter.run(new spectralCore.Document(text, spectralParsers.Json, NAME));
  return results.map(({ code, message, path }) => ({ rule: String(code), message, at: path.join(".") }));
}
