/** Words for what files do to programs, by the system's code for it. */
const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "it is not there",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is a file",
  EEXIST: "a file of that name is there",
  EACCES: "you have no right to",
  EPERM: "it is not yours",
  EROFS: "its file system is read-only",
  ENOSPC: "the disk is full",
};

/** Why a file or folder cannot be used, in words where the system has a code only. */
export function fileTrouble(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return WORDS[code] ?? message;
}
