/** What an address answers, as the test expects it. Throws a TypeError for a failure. */
export async function readJson<T>(url: string): Promise<T> {
  const answer = await fetch(url);
  if (!answer.ok) throw new TypeError(`${url} answers ${answer.status}`);
  return (await answer.json()) as T;
}
