export { CrashingClient, type CrashOptions, type CrashPoint } from "./crashing-client.ts";
