/** One thing to mount, as mount(8) reads it from a table. */
export interface MountEntry {
  readonly source: string;
  readonly target: string;
  /** @default "none" for binds */
  readonly fileSystem?: string;
  readonly options: readonly string[];
}

/** The entries in the format of fstab(5). */
export function mountTable(entries: readonly MountEntry[]): string {
  return entries.map(line).join("");
}

/** Show a file or folder under another path as well, together with what is mounted below it. */
export function bind(source: string, target: string, ...options: readonly string[]): MountEntry {
  return { source, target, options: ["rbind", ...options] };
}

function line({ source, target, fileSystem = "none", options }: MountEntry): string {
  return `${escaped(source)} ${escaped(target)} ${fileSystem} ${options.join(",")} 0 0\n`;
}

/** mount(8) reads blanks as separators and a leading `#` as a comment. */
function escaped(path: string): string {
  return path.replace(/[ \t\n\\#]/g, (mark) => `\\${mark.charCodeAt(0).toString(8).padStart(3, "0")}`);
}
