/** What `bin/heliostat.js` starts Node with: given them at once it stays in its process, whose CPU and modules are then the program's. */
export const LAUNCHER_FLAGS: readonly string[] = [
  "--conditions=@heliostat/source",
  "--max-semi-space-size=4",
];
