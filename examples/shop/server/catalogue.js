/** What the shop sells, with prices in whole units of its token. */
export const CATALOGUE = [
  { id: "tea", name: "Tea, 100 g", price: "0.02" },
  { id: "pot", name: "Tea pot", price: "0.15" },
];
