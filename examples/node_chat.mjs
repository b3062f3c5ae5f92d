// A Room Chat 1.0 server on Node's `ws`, in one file, written from PROTOCOL.md alone.
//
// `npm ci && node node_chat.mjs --port 8080` here; then `pytest conformance --url ws://127.0.0.1:8080/`.

import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { WebSocket, WebSocketServer } from "ws";

const MAX_NAME = 64;
const MAX_MESSAGE = 64 * 1024;
const MAX_BACKLOG = 4 * 1024 * 1024; // bytes that may wait for a member before it is disconnected (BCAST-14)
const BURST = 2000; // messages read at once (SEC-5)
const RATE = 1000; // and per second from then on
const USERLIST_DELAY = 50; // ms for which changes of a room's members are gathered (PRES-6)
const HANDSHAKE_TIMEOUT = 10_000; // ms for a new connection's first request (SEC-4)
const PING_INTERVAL = 30_000; // ms

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202d\u202e\u2066-\u2069]/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/; // 16 bytes (RFC 6455 section 4.1)
const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|[-\w.~!$&'()*+,;=%]*)(?::\d*)?$/;
const TOKEN = "[-!#$%&'*+.^_`|~0-9A-Za-z]+";
const EXTENSION = `${TOKEN}(?:[ \\t]*;[ \\t]*${TOKEN}(?:=(?:${TOKEN}|"${TOKEN}"))?)*`;
const EXTENSIONS = new RegExp(`^(?:[ \\t]*(?:${EXTENSION})?[ \\t]*(?:,|$))+$`); // RFC 6455 section 9.1
const FLAG = /^(?:server|client)_no_context_takeover$/;
const WINDOW = /^(?:client_max_window_bits|(?:server|client)_max_window_bits="?(?:9|1[0-5])"?)$/;

/** A message or a name that the protocol does not allow: Code and Reason of the Error message. */
class Refused extends Error {
  constructor(code, reason) {
    super(reason);
    this.code = code;
  }
}

const errorOf = (Code, Reason) => JSON.stringify({ Type: "Error", Code, Reason });

// Rooms.

/** The members of a room; what happens in one call is seen by all members in the same order. */
class Room {
  members = new Set();
  #userlist = null;

  constructor(name) {
    this.name = name;
  }

  enter(member) {
    this.members.add(member);
    member.send(JSON.stringify({ Type: "Status", WSID: member.wsid }));
    this.#listSoon();
  }

  leave(member) {
    this.members.delete(member);
    this.#listSoon();
  }

  /** Rename, then send out, as far as the message asks for either (NICK-2 to NICK-4). */
  publish(sender, { Message, Author }) {
    if (Author && Author !== sender.name) {
      sender.name = Author;
      this.#listSoon();
    }
    if (Message !== undefined) {
      const Sent = new Date().toISOString().slice(0, 19).replace("T", " ");
      this.#send({ Type: "Chat", Message, Author: sender.name, Room: this.name, WSID: sender.wsid, Sent });
    }
  }

  #listSoon() {
    this.#userlist ??= setTimeout(() => {
      this.#userlist = null;
      this.#send({ Type: "userlist", Users: [...this.members].map(({ name }) => ({ Name: name })) });
    }, USERLIST_DELAY);
  }

  #send(document) {
    const text = JSON.stringify(document);
    for (const member of this.members) member.send(text);
  }
}

/** A connection from its Status on. */
class Member {
  wsid = randomBytes(12).toString("base64url");
  name = "unknown";
  heard = true;
  #socket;
  #told = false;
  #allowance = BURST;
  #filledAt = performance.now();

  constructor(socket) {
    this.#socket = socket;
  }

  /** Send a message; a member that has too many waiting is disconnected, never skipped (BCAST-9). */
  send(text) {
    this.#socket.send(text, () => {}); // its end comes as "close"
    if (this.#socket.bufferedAmount > MAX_BACKLOG) this.#socket.terminate();
  }

  /** Let a member that sends too much wait, what follows in the TCP window, and tell it once (SEC-5). */
  takeTurn() {
    const now = performance.now();
    this.#allowance = Math.min(BURST, this.#allowance + ((now - this.#filledAt) * RATE) / 1000) - 1;
    this.#filledAt = now;
    if (this.#allowance < 0 && !this.#socket.isPaused) {
      if (!this.#told) this.send(errorOf("flood", "too many messages; what follows waits"));
      this.#told = true;
      this.#socket.pause();
      setTimeout(() => this.#socket.resume(), (-this.#allowance / RATE) * 1000);
    }
  }

  /** Send a Ping, or disconnect a member that has not been heard of since the last one. */
  ping() {
    if (!this.heard) this.#socket.terminate();
    else if (!this.#socket.isPaused) this.#socket.ping();
    this.heard = this.#socket.isPaused;
  }
}

// Reading.

/** Return Message and Author of a client's message; throws Refused for all that BAD lists. */
function read(text) {
  const document = strictJson(text);
  if (document === null || typeof document !== "object" || Array.isArray(document))
    throw new Refused("bad-json", "send one JSON object");
  const own = (name) => (Object.hasOwn(document, name) ? document[name] : undefined);
  const [Type, Message, Author] = ["Type", "Message", "Author"].map(own);
  if (Type !== undefined && Type !== "Chat")
    throw new Refused("bad-type", "a client's Type is Chat, or absent");
  if (Message === undefined && Author === undefined)
    throw new Refused("bad-message", "Message and Author are both missing");
  if ([Message, Author].some((value) => value !== undefined && typeof value !== "string"))
    throw new Refused("bad-message", "Message and Author are strings");
  if (Message !== undefined && !BASE64.test(Message))
    throw new Refused("bad-base64", "Message is not standard base64");
  return { Message, Author: Author === undefined ? undefined : checkedName(Author) };
}

/** Parse JSON, and refuse what JSON.parse lets pass: names that stand twice, lone surrogates. */
function strictJson(text) {
  let document;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new Refused("bad-json", error.message.slice(0, 200));
  }
  const open = []; // for each open object the names seen in it, for each open array null
  for (const [token, colon] of tokens(text)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(null);
    else if (token === "}" || token === "]") open.pop();
    else {
      const string = JSON.parse(token);
      if (LONE_SURROGATE.test(string)) throw new Refused("bad-json", "a string holds a lone surrogate");
      const names = open.at(-1);
      if (colon && names.has(string)) throw new Refused("bad-json", "a name stands twice in one object");
      if (colon) names.add(string);
    }
  }
  return document;
}

/** The brackets and strings of good JSON, a string with the colon that makes it a name. */
function* tokens(text) {
  for (const [, token, colon] of text.matchAll(/([{}[\]]|"(?:[^"\\]|\\.)*")\s*(:?)/g)) yield [token, colon];
}

/** Return a name of a room or an author; throws Refused (ROOM-5, NICK-5). */
function checkedName(name) {
  if ([...name].length > MAX_NAME || CONTROL.test(name))
    throw new Refused("bad-name", `a name has at most ${MAX_NAME} code points and no control characters`);
  return name;
}

/** Return the room that a request target names; throws Refused (ROOM-1 to ROOM-7). */
function roomOf(target) {
  const start = target.indexOf("?");
  const query = start < 0 ? "" : target.slice(start + 1);
  for (const parameter of query.split("&")) {
    const [key, ...value] = parameter.replaceAll("+", " ").split("=");
    if (decoded(key) === "room") {
      const name = decoded(value.join("="));
      if (name === null) throw new Refused("bad-name", "the room is not percent-encoded UTF-8");
      return checkedName(name) || "default";
    }
  }
  return "default";
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

// Serving.

/**
 * Tells when a connection begins to end: with its Close, ours, or a broken rule. By itself `ws` tells when TCP
 * has ended, up to 30 s later where a client does not hang up; until then it would be listed (PRES-8).
 */
class ChatSocket extends WebSocket {
  close(...how) {
    super.close(...how); // which `ws` calls, too, for a Close that comes and for what it fails
    this.emit("ending");
  }
}

const { values: options } = parseArgs({
  options: {
    port: { type: "string", default: "8080" },
    origin: { type: "string", multiple: true, default: [] },
  },
});
const rooms = new Map();
const alive = new Set();
const sockets = new WebSocketServer({
  noServer: true,
  maxPayload: MAX_MESSAGE,
  perMessageDeflate: true,
  WebSocket: ChatSocket,
});

const server = createServer((request, response) => {
  const upgrades = "upgrade" in request.headers || "sec-websocket-version" in request.headers;
  if (upgrades) response.writeHead(400, { Connection: "close" }).end("not a WebSocket handshake\n");
  else response.end(request.url === "/healthz" ? "ok\n" : "Open a WebSocket here.\n");
});

server.on("upgrade", (request, connection, head) => {
  connection.on("error", () => connection.destroy());
  const refusal = refusalOf(request);
  if (refusal) {
    connection.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    return;
  }
  keepPossibleOffers(request.headers);
  sockets.handleUpgrade(request, connection, head, (socket) => host(socket, roomOf(request.url)));
});

/** Check what Node and `ws` leave open: they take version 8 too, and any Origin; and whether the room can be. */
function refusalOf(request) {
  const { url, headers } = request;
  if (request.httpVersion !== "1.1") return "505 HTTP Version Not Supported";
  if (!isWellFormed(request)) return "400 Bad Request";
  if (headers["sec-websocket-version"] !== "13") return "426 Upgrade Required\r\nSec-WebSocket-Version: 13";
  if (!KEY.test(headers["sec-websocket-key"] ?? "")) return "400 Bad Request";
  const { origin } = headers;
  const isAllowed = !options.origin.length || origin === undefined || options.origin.includes(origin);
  if (!isAllowed) return "403 Forbidden";
  try {
    roomOf(url);
  } catch {
    return "400 Bad Request";
  }
  return null;
}

/** Check the target, Host (RFC 9112 section 3.2), that there is no body, and the form of the offers. */
function isWellFormed({ url, headers, rawHeaders }) {
  const hosts = rawHeaders.filter((_, place) => place % 2 === 0 && rawHeaders[place].toLowerCase() === "host");
  const hasBody = "transfer-encoding" in headers || (headers["content-length"] ?? "0") !== "0";
  const isResource = /^(?:\/|https?:\/\/)/i.test(url);
  const offers = headers["sec-websocket-extensions"] ?? "";
  return hosts.length === 1 && HOST.test(headers.host) && !hasBody && isResource && EXTENSIONS.test(offers);
}

/** Leave out offers that cannot be taken (RFC 7692 section 7.1): `ws` refuses the handshake for them. */
function keepPossibleOffers(headers) {
  const isPossible = (offer) => {
    const [name, ...parameters] = offer.split(";").map((part) => part.trim());
    const names = new Set(parameters.map((parameter) => parameter.split("=")[0]));
    const areGood = parameters.every((parameter) => FLAG.test(parameter) || WINDOW.test(parameter));
    return name === "permessage-deflate" && areGood && names.size === parameters.length;
  };
  const offers = (headers["sec-websocket-extensions"] ?? "").split(",").map((offer) => offer.trim());
  const possible = offers.filter(isPossible);
  if (possible.length) headers["sec-websocket-extensions"] = possible.join(",");
  else delete headers["sec-websocket-extensions"];
}

function host(socket, name) {
  const member = new Member(socket);
  const room = rooms.get(name) ?? new Room(name);
  rooms.set(name, room);
  alive.add(member);
  room.enter(member);
  socket.on("message", (data, isBinary) => {
    member.heard = true;
    member.takeTurn();
    try {
      if (isBinary) throw new Refused("binary", "send JSON in text messages");
      room.publish(member, read(data.toString()));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      member.send(errorOf(error.code, error.message));
    }
  });
  socket.on("pong", () => (member.heard = true));
  socket.on("error", () => {}); // a broken rule of RFC 6455; `ws` fails the connection, and "ending" follows
  for (const end of ["ending", "close"]) {
    socket.on(end, () => {
      if (!room.members.has(member)) return;
      alive.delete(member);
      room.leave(member);
      if (!room.members.size) rooms.delete(name);
    });
  }
}

setInterval(() => alive.forEach((member) => member.ping()), PING_INTERVAL).unref();

// By itself Node gives a connection a minute for its first request.
server.on("connection", (connection) => {
  connection.deadline = setTimeout(() => connection.destroy(), HANDSHAKE_TIMEOUT);
  connection.on("close", () => clearTimeout(connection.deadline));
});
server.on("request", ({ socket }) => clearTimeout(socket.deadline));
server.on("upgrade", ({ socket }) => clearTimeout(socket.deadline));
server.on("error", (error) => {
  console.error(`node_chat: port ${options.port} cannot be used: ${error.code}`);
  process.exit(1);
});
server.listen({ port: Number(options.port), host: "127.0.0.1", backlog: 1024 }, () => {
  console.log(`listening on ws://127.0.0.1:${server.address().port}/`);
});
