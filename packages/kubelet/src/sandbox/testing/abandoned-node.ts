import { sandboxRuntime } from "../sandbox-runtime.ts";

/*
 * A node with a busy pod, for tests that end it the hard way: `node abandoned-node.ts FOLDER`. Prints what a container
 * sees of itself once all is up, and then waits for its end.
 */

const [, , folder = ""] = process.argv;
const runtime = await sandboxRuntime({ folder, images: { file: "images.yaml" } });
const pod = await runtime.createSandbox({ name: "a", namespace: "test", uid: "uid-a", hostname: "pod-a" });
const container = await pod.startContainer({
  ...{ name: "c", restartCount: 0, image: "busybox", workingDir: "/", isTty: false, keepsStdin: false },
  command: [
    "bash",
    "-c",
    "echo $(id -u) $(hostname) $(touch /disk/x && echo writes); sleep 7654 & sleep 7654",
  ],
  env: runtime.resolveImage("busybox")?.env ?? {},
  mounts: [
    { mountPath: "/disk", isReadOnly: false, volume: { type: "empty", name: "d", medium: "" } },
    { mountPath: "/dev/shm", isReadOnly: false, volume: { type: "empty", name: "m", medium: "Memory" } },
  ],
});
for await (const { bytes } of container.output) process.stdout.write(bytes);
