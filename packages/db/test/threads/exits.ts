/** A thread that ends while starting, as when it runs out of memory. */
process.exit(7);
