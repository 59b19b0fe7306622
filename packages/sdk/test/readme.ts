const BLOCK = /<!-- example: (\w+) -->\n(?:\n```(\w+)\n)?[\s\S]*?<!-- end -->/g;

/** The document with its example blocks written anew from the regions of a source file, each in its language. */
export function withExamples(document: string, source: string): string {
  return document.replaceAll(BLOCK, (_, name: string, language = "ts") => {
    const region = new RegExp(`// #region ${name}\\n([\\s\\S]*?)// #endregion`).exec(source)?.[1];
    return `<!-- example: ${name} -->\n\n\`\`\`${language}\n${(region ?? "").trimEnd()}\n\`\`\`\n\n<!-- end -->`;
  });
}
