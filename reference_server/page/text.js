// What stands in a message besides plain words: addresses to follow, and the reader's own name.

const MOST_LINKS = 100; // in one message; what comes after them stays text

// An address ends at white space, quotation marks, angle brackets, invisible characters, and at punctuation
// of scripts whose sentences go on without a space.
const ADDRESS = /(?<![a-z0-9_/.@-])(?:https?:\/\/|www\.)[^\s<>"\p{C}。，、；：！？（）「」『』《》【】“”‘’«»]+/giu;
const TRAILING = /[.,;:!?'*_~)\]}]$/u;
const PAIRS = { ")": "(", "]": "[", "}": "{" };

// Scripts that write words without spaces between: there a name may stand anywhere.
const WORD = String.raw`[[\p{L}\p{M}\p{N}_]--[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]]`;

/**
 * A text cut into `{ text }`, `{ text, href }` for an address of http or https, and `{ text, isName: true }`
 * where it names `name` ("" for none). The texts joined are the whole, character for character.
 */
export function pieces(text, name = "") {
  const found = [];
  let links = 0;
  let end = 0;
  for (const { 0: match, index } of text.matchAll(ADDRESS)) {
    const address = withoutTrailing(match);
    const href = hrefOf(address);
    if (href) {
      found.push(...named(text.slice(end, index), name), { text: address, href });
      end = index + address.length;
      links += 1;
    }
    if (links === MOST_LINKS) {
      break;
    }
  }
  return [...found, ...named(text.slice(end), name)];
}

/** Whether a text names `name`, as a word of its own and in upper or lower case. */
export function mentions(text, name) {
  return name !== "" && wordOf(name).test(text);
}

function named(text, name) {
  const parts = name ? text.split(wordOf(name)) : [text];
  const all = parts.map((part, place) => (place % 2 ? { text: part, isName: true } : { text: part }));
  return all.filter((piece) => piece.text);
}

function wordOf(name) {
  const literal = name.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&");
  return new RegExp(`(?<!${WORD})(${literal})(?!${WORD})`, "iv");
}

/** Leaves out what ends the sentence rather than the address: a full stop, a bracket that was opened before it. */
function withoutTrailing(address) {
  const unopened = Object.fromEntries(Object.keys(PAIRS).map((close) => [close, unopenedIn(address, close)]));
  let end = address.length;
  while (TRAILING.test(address[end - 1])) {
    const last = address[end - 1];
    if (last in PAIRS && unopened[last]-- <= 0) {
      break;
    }
    end -= 1;
  }
  return address.slice(0, end);
}

function unopenedIn(address, close) {
  return address.split(close).length - address.split(PAIRS[close]).length;
}

/** The URL to go to, or "" for what is none, or names a user: that is how addresses feign another host. */
function hrefOf(address) {
  try {
    const url = new URL(/^www\./iu.test(address) ? `https://${address}` : address);
    return /^https?:$/u.test(url.protocol) && !url.username && !url.password ? url.href : "";
  } catch {
    return "";
  }
}
