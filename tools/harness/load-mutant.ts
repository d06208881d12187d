/**
 * Loaded before the program (`node --import`), this puts the mistake of a mutant into the module as it is read. The file
 * itself stays as it is.
 */
import { registerHooks } from "node:module";
import { env } from "node:process";
import { pathToFileURL } from "node:url";
import { mutantFrom, mutated, pathOf } from "./mutant.ts";

const mutant = mutantFrom(env["HELIOSTAT_MUTANT"] ?? "");
const url = pathToFileURL(pathOf(mutant)).href;

registerHooks({
  load(asked, context, nextLoad) {
    const loaded = nextLoad(asked, context);
    if (asked !== url) return loaded;
    const source = mutated(mutant, Buffer.from(loaded.source as Uint8Array).toString("utf8"));
    return { ...loaded, source };
  },
});
