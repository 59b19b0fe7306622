const BLOCK = /<!-- example: (\w+) -->\n(?:\n```(\w+)\n)?[\s\S]*?<!-- end -->/g;

/** The document with its example blocks written anew from the regions of a source file, each in its language. */
export function withExamples(document: string, source: string): string {
  return document.replaceAll(BLOCK, (_, name: string, language = "ts") => {
    const region = new RegExp(`// #region ${name}\\n([\\s\\S]*?)// #endregion`).exec(source)?.[1];
    return `<!-- example: ${name} -->\n\n\`\`\`${language}\n${withoutIndent(region ?? "")}\n\`\`\`\n\n<!-- end -->`;
  });
}

/** A region of a function or an object as if it stood alone. */
function withoutIndent(region: string): string {
  const lines = region.trimEnd().split("\n");
  const indent = Math.min(...lines.filter((line) => line !== "").map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent)).join("\n");
}
