/** A thread that ends in the midst of its start, as one that is out of memory does. */
process.exit(7);
