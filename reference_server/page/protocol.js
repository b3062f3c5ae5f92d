// Room Chat 1.0 as the page speaks it: plain functions from values to values, no DOM and no socket.

export const FIRST_NICKNAME = "unknown";
export const DEFAULT_NICKNAME = "default"; // of pages that ask for no name
export const DEFAULT_ROOM = "default";
export const FLOOD = "flood"; // the Code of an Error that says: slower, and refuses nothing
export const MAX_NAME = 64; // code points

const CONTROLS = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e\u2066-\u2069]/u;
const LONE_SURROGATE = /\p{Surrogate}/u;

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The base64 of a text's UTF-8 bytes: what goes into `Message`. */
export function encodeText(text) {
  return btoa(latin1(new TextEncoder().encode(text)));
}

/**
 * The text in a `Message`. Bytes that are not UTF-8 are read as Latin-1, which is what pages that call
 * `btoa()` on the typed line send; what is not base64 at all is shown as it stands.
 */
export function decodeText(message) {
  let bytes;
  try {
    bytes = Uint8Array.from(atob(message), (character) => character.charCodeAt(0));
  } catch {
    return message;
  }
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return latin1(bytes);
  }
}

function latin1(bytes) {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/**
 * What a typed line asks for: `{ text }` to say, or `{ command, argument }`. A command is a slash and a word;
 * a path such as /etc/passwd is none.
 */
export function parseLine(line) {
  const found = /^\/([\p{L}\p{N}_-]+)(?:\s+([^]*))?$/u.exec(line);
  return found ? { command: found[1].toLowerCase(), argument: (found[2] ?? "").trim() } : { text: line };
}

/** The bytes of a message to the server: those of its JSON text as UTF-8, which is what the server's limit counts. */
export function sizeOf(message) {
  return new TextEncoder().encode(JSON.stringify(message)).length;
}

/** Why a text is not sent whose message has `size` bytes, where the server reads `limit`; "" if it will be. */
export function sizeProblem(text, size, limit) {
  if (size <= limit) {
    return "";
  }
  const bytes = new TextEncoder().encode(text).length;
  const around = size - 4 * Math.ceil(bytes / 3); // all but the base64
  const room = 3 * Math.max(0, Math.floor((limit - around) / 4));
  const characters = [...text].length;
  const surplus = Math.ceil(characters - (characters * room) / bytes);
  const [has, most, leave] = [size, limit, surplus].map((number) => number.toLocaleString("en"));
  return `This is too long to be sent: it takes ${has} bytes, and the server reads at most ${most}. Leave out about ${leave} characters.`;
}

/** Why a room or a nickname will not be taken, or "" if it will (NICK-5, ROOM-5). */
export function nameProblem(name) {
  if ([...name].length > MAX_NAME) {
    return `A name has at most ${MAX_NAME} characters: please choose a shorter one.`;
  }
  if (CONTROLS.test(name) || LONE_SURROGATE.test(name)) {
    return "A name has no control characters: please leave them out.";
  }
  return "";
}

/** The room that a page's query names, as its server will read it (ROOM-1 to ROOM-7), and what is wrong with it. */
export function roomOfQuery(query) {
  const value = query.replace(/^\?/, "").split("&").map(splitPair).find(([key]) => key === "room")?.[1] ?? "";
  try {
    const name = decodeURIComponent(value.replaceAll("+", " ")) || DEFAULT_ROOM;
    return { name, problem: nameProblem(name) };
  } catch {
    return { name: value, problem: "The room in this page's address is badly encoded: please enter it below Room." };
  }
}

function splitPair(pair) {
  const [key, ...value] = pair.split("=");
  return [key, value.join("=")];
}

/** Where the chat of a page is: the page's own host, path and query, as ws or wss (a URL or `location`). */
export function socketUrl({ protocol, host, pathname, search }) {
  return `${protocol === "https:" ? "wss:" : "ws:"}//${host}${pathname}${search}`;
}

const areStrings = (...values) => values.every((value) => typeof value === "string");

const SHAPES = new Map([
  ["Chat", ({ Message, Author, WSID, Sent }) => areStrings(Message, Author, WSID, Sent)],
  ["Status", ({ WSID }) => areStrings(WSID)],
  ["userlist", ({ Users }) => Array.isArray(Users) && Users.every((user) => areStrings(user?.Name))],
  ["Error", ({ Code, Reason }) => areStrings(Code, Reason)],
]);

/** One message of the server (FMT-2, FMT-3, FMT-10, FMT-11) as an object, or null for anything else. */
export function parseServerMessage(data) {
  try {
    const message = JSON.parse(data);
    return SHAPES.get(message?.Type)?.(message) ? message : null;
  } catch {
    return null;
  }
}

/** The moment that a `Sent` names, which is UTC (FMT-6, FMT-7); an invalid Date if it is none. */
export function sentTime(sent) {
  return new Date(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(sent) ? `${sent.replace(" ", "T")}Z` : NaN);
}
