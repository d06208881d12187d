export { ScriptedReader } from "./scripted-reader.ts";
