/**
 * Opens connections and keeps them idle until its input ends: `idle-clients.ts PORT COUNT`. Writes a line when all are
 * open, and one whenever the other side closes one of them.
 */
import { connect, type Socket } from "node:net";

const AT_A_TIME = 200;
const [port = "", count = "0"] = process.argv.slice(2);
const sockets: Socket[] = [];

function open(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1", resolve);
    socket.once("error", reject);
    socket.once("close", () => process.stdout.write("closed\n"));
    sockets.push(socket);
  });
}

while (sockets.length < Number(count)) await Promise.all(Array.from({ length: AT_A_TIME }, open));
process.stdout.write(`open ${sockets.length}\n`);
process.stdin.resume().once("end", () => process.exit(0));
