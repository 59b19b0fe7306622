/** Runs before `npm pack` and `npm publish` in a package's own folder, where they would take the TypeScript sources. */
console.error(
  "This folder holds sources. `npm run pack` in the root of the repository builds the packages and packs them.",
);
process.exit(1);
