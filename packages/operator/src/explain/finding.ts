/** One link in a chain of reasons, and what it rests on. */
export interface Finding {
  /** `Pod default/demo-head-x7k2p`, `condition HeadPodReady`, `event FailedScheduling` */
  readonly about: string;
  /** What it says, in its own words where it has any. */
  readonly says: string;
  /** Whether it keeps its cluster from being ready. */
  readonly isTrouble: boolean;
  readonly because: readonly Finding[];
}
