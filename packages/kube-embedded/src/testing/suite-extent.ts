import { env } from "node:process";

/** Whether there is time for the long form of a test: `HELIOSTAT_SUITE=full`. */
export const isFullSuite: boolean = env["HELIOSTAT_SUITE"] === "full";
