export type { ProgramContext } from "./command-line/program-context.ts";
export { program } from "./program.ts";
