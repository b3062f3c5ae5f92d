// Receives with Node's `ws` and verifies each delivery, as gevent_receiver.py does:
// `node node_receiver.mjs PORT FEED decode|remember`, where FEED is the feed as JSON.

import { createRequire } from "node:module";
import { crc32 } from "node:zlib";

const { WebSocket } = createRequire(new URL("../../examples/", import.meta.url))("ws");
const REMEMBERED = 4096; // payloads of a room, then as many more, before the older are forgotten
const HEADER = 44; // bytes; then padding and 4 bytes of CRC (hubbub/load/messages/envelope.py)

const [port, text, way] = process.argv.slice(2);
const run = BigInt(/"run":(\d+)/.exec(text)[1]); // has 64 bits: more than a number holds
const feed = JSON.parse(text);
let deliveries = 0;
let wrong = 0;
let latencies = new Float64Array(1 << 20);

/** Return what reads a room's payloads, and throws where they are not right. */
function reader(room, name) {
  const prefix = Buffer.alloc(16);
  prefix.write("HUB1", 0, "latin1");
  prefix.writeBigUInt64BE(run, 4);
  prefix.writeUInt32BE(room, 12);
  return (payload) => {
    const chat = JSON.parse(payload);
    const message = Buffer.from(chat.Message, "base64");
    const end = message.length - 4;
    if (chat.Type !== "Chat" || chat.Room !== name || end < HEADER) throw new Error("not a chat of this room");
    if (message.compare(prefix, 0, 16, 0, 16) !== 0) throw new Error("of another run or room");
    if (crc32(message.subarray(0, end)) !== message.readUInt32BE(end)) throw new Error("its CRC is wrong");
    const origin = crc32(`${chat.Room}\0${chat.Author}\0${chat.WSID}`);
    if (origin !== message.readUInt32BE(40)) throw new Error("of another sender");
    const intended = message.readUInt32BE(24) * 2 ** 32 + message.readUInt32BE(28);
    return { publisher: message.readUInt32BE(16), sequence: message.readUInt32BE(20), intended };
  };
}

/** Return what reads each distinct payload once. */
function remembering(read) {
  let young = new Map();
  let old = new Map();
  return (payload) => {
    const key = payload.latin1Slice();
    let seen = young.get(key) ?? old.get(key);
    if (seen === undefined) {
      if (young.size >= REMEMBERED) [young, old] = [new Map(), young];
      seen = read(payload);
      young.set(key, seen);
    }
    return seen;
  };
}

function take(payload, now, read, following) {
  let seen;
  try {
    seen = read(payload);
  } catch {
    wrong += 1;
    return;
  }
  if ((following.get(seen.publisher) ?? 0) !== seen.sequence) wrong += 1;
  following.set(seen.publisher, seen.sequence + 1);
  if (deliveries === latencies.length) {
    const longer = new Float64Array(2 * latencies.length);
    longer.set(latencies);
    latencies = longer;
  }
  latencies[deliveries] = now - seen.intended;
  deliveries += 1;
}

const origin = process.hrtime.bigint();
const began = performance.now();
const clock = () => Number(origin) + (performance.now() - began) * 1e6; // ns, without a BigInt a call

const names = Array.from({ length: feed.rooms }, (_, room) => `load-${run.toString(16).padStart(16, "0").slice(0, 8)}-${room}`);
const readers = names.map((name, room) => (way === "remember" ? remembering(reader(room, name)) : reader(room, name)));
const connections = feed.rooms * feed.members;
let joined = 0;
let ended = 0;
let before;

for (let number = 0; number < connections; number += 1) {
  const room = number % feed.rooms;
  const following = new Map();
  const socket = new WebSocket(`ws://127.0.0.1:${port}/?room=${names[room]}`, { perMessageDeflate: false });
  socket.once("message", () => {
    joined += 1;
    if (joined === connections) before = process.cpuUsage();
    socket.on("message", (payload) => take(payload, clock(), readers[room], following));
  });
  socket.on("close", () => {
    ended += 1;
    if (ended < connections) return;
    const used = process.cpuUsage(before);
    console.log(JSON.stringify({ deliveries, wrong, cpu: (used.user + used.system) / 1e6 }));
  });
}
