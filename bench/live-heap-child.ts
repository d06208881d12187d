/* Preloaded into a process whose heap is to be measured: on each message it collects, and answers with what is left. */

process.on("message", () => {
  globalThis.gc?.();
  // What was held by what has just gone goes with the next collection.
  setTimeout(() => {
    globalThis.gc?.();
    process.send?.(process.memoryUsage().heapUsed / 1024 / 1024);
  }, 100);
});
process.channel?.unref();
