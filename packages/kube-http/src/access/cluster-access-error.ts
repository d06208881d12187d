/** Nobody can reach a cluster by what is said here: the message names the file, the entry and what is wrong with it. */
export class ClusterAccessError extends Error {
  override readonly name = "ClusterAccessError";
}
