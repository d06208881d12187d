/** Where an object is stored: its resource and, within it, `namespace/name`. */
export interface Address {
  readonly storageKey: string;
  readonly key: string;
}
