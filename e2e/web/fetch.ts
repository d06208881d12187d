import { execFileSync } from "node:child_process";
import { findChromium } from "./browser.ts";

/** Pages are looked at with the Chromium that Debian packages; where it is missing and may be installed, it is. */
if (findChromium() === undefined) {
  try {
    execFileSync("apt-get", ["update", "-qq"], { stdio: "inherit" });
    const install = ["install", "-y", "-qq", "--no-install-recommends", "chromium"];
    execFileSync("apt-get", install, {
      stdio: "inherit",
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  } catch (error) {
    process.stderr.write(
      `Cannot look at pages: there is no Chromium, and it cannot be installed: ${error}\n`,
    );
    process.exitCode = 1;
  }
}
