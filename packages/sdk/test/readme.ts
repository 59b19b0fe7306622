const BLOCK = /<!-- example: (\w+) -->\n[\s\S]*?<!-- end -->/g;

/** The document with its example blocks written anew from the regions of a source file. */
export function withExamples(document: string, source: string): string {
  return document.replaceAll(BLOCK, (_, name: string) => {
    const region = new RegExp(`// #region ${name}\\n([\\s\\S]*?)// #endregion`).exec(source)?.[1];
    return `<!-- example: ${name} -->\n\n\`\`\`ts\n${(region ?? "").trimEnd()}\n\`\`\`\n\n<!-- end -->`;
  });
}
