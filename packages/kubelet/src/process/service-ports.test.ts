import { describe, expect, it } from "vitest";
import { ServicePorts } from "./service-ports.ts";

describe("ServicePorts", () => {
  const never = new AbortController().signal;

  it("leads to the ports of the pod behind a name, and elsewhere as it is", () => {
    const services = new ServicePorts(() => ({ hasBegun: Promise.resolve(), localPort: (port) => port + 1 }));
    services.set([
      { ip: "127.0.0.1", names: ["head.ns.svc", "head"], podUid: "uid-1" },
      { ip: "192.0.2.7", names: ["outside.ns.svc"] },
    ]);
    expect(services.find("head", 6379)).toBe("127.0.0.1:6380");
    expect(services.find("outside.ns.svc", 80)).toBe("192.0.2.7:80");
    expect(services.find("pypi.org", 443)).toBeUndefined();
  });

  it("settles once the pods of all names have begun, and not for names that it cannot know", async () => {
    let begin = () => {};
    const hasBegun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const services = new ServicePorts(() => ({ hasBegun, localPort: (port) => port }));
    let isSettled = false;
    const settled = services.settled(["--address=a.b.svc:1"], never).then(() => {
      isSettled = true;
    });
    services.set([{ ip: "127.0.0.1", names: ["other"] }]);
    services.set([{ ip: "127.0.0.1", names: ["a.b.svc"], podUid: "uid-1" }]);
    await services.settled(["pypi.org:443"], never);
    expect(isSettled).toBe(false);
    begin();
    await settled;
  });

  it("gives up when there is no patience left", async () => {
    await new ServicePorts(() => undefined).settled(["a.b.svc:1"], AbortSignal.abort());
  });
});
