import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FastifyInstance, FastifyReply } from "fastify";
import { type ApiError, requestError } from "./errors.ts";

/** Where the pages of errors are: in the repository and at a node. */
const PLACE = "docs/errors";
const FOLDER = join(import.meta.dirname, "../../../..", PLACE);
const INDEX = "README.md";

const PAGES = errorPages(FOLDER);

/** Names of all pages with their folders, and of the index; none where the node was installed without its documents. */
export function errorPages(folder: string): ReadonlySet<string> {
  if (!existsSync(folder)) return new Set();
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const pages = folders.flatMap(({ name }) => readdirSync(join(folder, name)).map((file) => `${name}/${file}`));
  return new Set([INDEX, ...pages]);
}

/** Serves the pages of errors, as Markdown. */
export function serveErrorPages(app: FastifyInstance): void {
  const send = (reply: FastifyReply, page: string): FastifyReply => {
    // Only names of the list, so that no path leads anywhere else.
    if (!PAGES.has(page)) throw requestError(404);
    return reply.type("text/markdown; charset=utf-8").send(readFileSync(join(FOLDER, page), "utf8"));
  };
  app.get(`/${PLACE}/${INDEX}`, (_request, reply) => send(reply, INDEX));
  app.get<{ readonly Params: { readonly folder: string; readonly file: string } }>(
    `/${PLACE}/:folder/:file`,
    ({ params: { folder, file } }, reply) => send(reply, `${folder}/${file}`),
  );
}

/** Tells in the header `Link` which page is about a failure: that of the rule, if it is a refusal by a rule. */
export function linkErrorPage(reply: FastifyReply, { code, details }: ApiError): FastifyReply {
  const reason = details?.reason;
  const rule = typeof reason === "object" && reason !== null && "type" in reason ? reason.type : null;
  const page = [`rejected/${rule}.md`, `api/${code}.md`].find((one) => PAGES.has(one));
  return page === undefined ? reply : reply.header("link", `</${PLACE}/${page}>; rel="help"`);
}
