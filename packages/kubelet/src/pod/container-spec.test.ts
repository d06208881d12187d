import { describe, expect, it } from "vitest";
import { aContainer } from "../testing/fixtures.ts";
import { containerSpec } from "./container-spec.ts";

describe("containerSpec()", () => {
  const image = {
    description: "",
    imageId: "",
    env: {},
    workingDir: "/",
    entrypoint: ["/entry"],
    cmd: ["--serve"],
  };

  it.each([
    [{}, "/entry --serve"],
    [{ args: ["sleep", "1"] }, "/entry sleep 1"],
    [{ command: ["sleep"] }, "sleep"],
    [{ command: ["sleep"], args: ["1"] }, "sleep 1"],
  ])("runs of %j in an image with an entry point and arguments of its own: %s", (wishes, command) => {
    const { command: _, args: __, ...rest } = aContainer();
    const spec = containerSpec(
      { ...rest, ...wishes },
      { image, env: {}, volumes: new Map(), hostname: "h", restartCount: 0, isMeantToEnd: false },
    );
    expect(spec.command.join(" ")).toBe(command);
  });
});
