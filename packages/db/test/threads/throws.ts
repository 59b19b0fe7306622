/** A thread whose start throws. */
throw new RangeError("WebAssembly memory could not be allocated");
