/** Lets the browser save a text as a file. */
export function saveFile(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** Lets the browser save a document as JSON. */
export function saveJson(name: string, content: object): void {
  saveFile(name, `${JSON.stringify(content, null, 2)}\n`, "application/json");
}
