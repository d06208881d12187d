import { defineConfig } from "vitest/config";

const conditions = ["@heliostat/source"];
const resolve = { conditions };
const ssr = { resolve: { conditions, externalConditions: conditions } };

/** One project a suite: `rooms` and `borders` need nothing but npm; `clients` and `ray` fetch real programs. */
export default defineConfig({
  test: {
    projects: [
      // Rooms keep nothing in their modules, so tests may share them; it saves four tenths of the time.
      { resolve, ssr, test: { name: "rooms", include: ["packages/*/src/**/*.test.ts"], isolate: false } },
      {
        resolve,
        ssr,
        test: { name: "borders", include: ["tools/**/*.test.ts"], testTimeout: 30_000, hookTimeout: 60_000 },
      },
      {
        resolve,
        ssr,
        test: {
          name: "clients",
          include: ["e2e/clients/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "web",
          include: ["e2e/web/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "ray",
          include: ["e2e/ray/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
