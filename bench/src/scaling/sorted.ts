/** Inserts an item where its key belongs, behind equal ones; returns its place. */
export function insertSorted<T>(list: T[], item: T, key: (item: T) => number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = list[middle];
    if (other !== undefined && key(other) <= key(item)) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, item);
  return low;
}
