export { type ProgramContext, program } from "./program.ts";
