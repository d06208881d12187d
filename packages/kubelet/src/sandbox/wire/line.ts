import type { Socket } from "node:net";

/** Take the first line off a connection and leave everything after it unread. */
export function readLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    socket.on("readable", take).on("end", giveUp).on("error", fail);

    function take(): void {
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
        seen = Buffer.concat([seen, chunk]);
        const end = seen.indexOf("\n");
        if (end < 0) continue;
        letGo();
        if (end + 1 < seen.length) socket.unshift(seen.subarray(end + 1));
        resolve(seen.subarray(0, end).toString());
        return;
      }
    }

    function giveUp(): void {
      fail(new Error("Cannot read a line: the connection ended"));
    }

    function fail(error: Error): void {
      letGo();
      reject(error);
    }

    function letGo(): void {
      socket.off("readable", take).off("end", giveUp).off("error", fail);
    }
  });
}

/** Send one value as a line of JSON. */
export function writeLine(socket: Socket, value: unknown): void {
  socket.write(`${JSON.stringify(value)}\n`);
}
