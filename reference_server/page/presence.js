// Who came, left and changed their name: read off one userlist after the other, which hold names alone.

const QUIET = 400; // ms without a new list after which the changes are told
const LONGEST = 2000; // ms
const OWN_PATIENCE = 30_000; // ms in which the reader's new name is expected in a list
const MOST_NAMES = 5; // in one remark
const MOST_COMPARED = 250_000; // pairs of names

/** Tells changes of the userlist in bundles: who reloads the page neither left nor joined. */
export class Presence {
  #tell;
  #told = null;
  #names = [];
  #since = 0;
  #timer = 0;
  #own = null;

  /** `tell(changes)` is called with what `changes` returns, if it is anything. */
  constructor(tell) {
    this.#tell = tell;
  }

  /** Takes the newest list; the first after `forget` is what later ones are compared with. */
  update(names) {
    this.#names = names;
    if (!this.#told) {
      this.#told = names;
      return;
    }
    this.#renameOwn(names);
    const now = performance.now();
    this.#since ||= now;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#settle(), Math.min(QUIET, this.#since + LONGEST - now));
  }

  /** The reader takes another name, which is told as theirs, or as nothing new (`isTold` false), once it is listed. */
  expect({ from, to, isTold }) {
    this.#own = from === to ? null : { from, to, isTold, until: performance.now() + OWN_PATIENCE };
  }

  /** Tells now what is overdue: tabs that nobody looks at have slow timers. */
  tellOverdue() {
    if (this.#since && performance.now() - this.#since > LONGEST) {
      this.#settle();
    }
  }

  /** The connection is lost: what happens until the next list is not known. */
  forget() {
    clearTimeout(this.#timer);
    this.#told = null;
    this.#since = 0;
    this.#own = null;
  }

  #renameOwn(names) {
    const { from, to, isTold, until } = this.#own ?? {};
    const places = [...this.#told.keys()].filter((place) => this.#told[place] === from);
    const place = places.find((each) => names[each] === to) ?? places[0]; // nothing tells namesakes apart but this
    if (!this.#own || place === undefined || countOf(to, names) <= countOf(to, this.#told)) {
      return;
    }
    this.#own = null;
    if (performance.now() <= until) {
      this.#told = this.#told.with(place, to);
      if (isTold) {
        this.#tell({ joined: [], left: [], renamed: [{ from, to, isOwn: true }] });
      }
    }
  }

  #settle() {
    clearTimeout(this.#timer);
    const changed = changes(this.#told, this.#names);
    this.#told = this.#names;
    this.#since = 0;
    if (changed.joined.length + changed.left.length + changed.renamed.length) {
      this.#tell(changed);
    }
  }
}

function countOf(name, names) {
  return names.filter((each) => each === name).length;
}

/**
 * What makes the names `after` of the names `before`: `{ joined: [name], left: [name], renamed: [{ from, to }] }`.
 * One who stands where another stood is the same under a new name.
 */
export function changes(before, after) {
  const left = minus(before, after);
  const joined = minus(after, before);
  const renamed = [];
  if (left.length && joined.length) {
    for (const { from, to } of replacements(before, after)) {
      if (left.includes(from) && joined.includes(to)) {
        left.splice(left.indexOf(from), 1);
        joined.splice(joined.indexOf(to), 1);
        renamed.push({ from, to });
      }
    }
  }
  return { joined, left, renamed };
}

/** What to write of changes: remarks, each a list of strings and of `{ name }`. A rename `isOwn` if it is the reader's. */
export function remarks({ joined, left, renamed }) {
  const told = renamed.slice(0, MOST_NAMES).map(({ from, to, isOwn }) =>
    isOwn ? ["You are now called ", { name: to }] : [{ name: from }, " is now called ", { name: to }],
  );
  if (renamed.length > MOST_NAMES) {
    told.push([`${renamed.length - MOST_NAMES} others changed their names`]);
  }
  if (joined.length) {
    told.push([...listed(joined), " joined"]);
  }
  if (left.length) {
    told.push([...listed(left), " left"]);
  }
  return told;
}

function listed(names) {
  const counts = new Map();
  for (const name of names) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const shown = [...counts].slice(0, MOST_NAMES);
  const others = names.length - shown.reduce((sum, [, count]) => sum + count, 0);
  const items = shown.map(([name, count]) => (count > 1 ? [{ name }, ` (${count})`] : [{ name }]));
  if (others) {
    items.push([others === 1 ? "1 other" : `${others} others`]);
  }
  return items.flatMap((item, place) => (place ? [place < items.length - 1 ? ", " : " and ", ...item] : item));
}

/** The names of `these` that are left when those of `others` are taken away, one for one. */
function minus(these, others) {
  const counts = new Map();
  for (const name of others) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return these.filter((name) => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count - 1);
    return count <= 0;
  });
}

// The cheapest way from one list to the other. To replace a name costs less than to take it out here and put
// another in there, and more than either alone.
const MOVED = 2;
const REPLACED = 3;

function replacements(before, after) {
  const [old, young] = withoutCommonEnds(before, after);
  if (old.length * young.length > MOST_COMPARED) {
    return [];
  }
  const costs = costTable(old, young);
  const found = [];
  for (let i = 0, j = 0; i < old.length && j < young.length; ) {
    if (old[i] === young[j] && costs[i][j] === costs[i + 1][j + 1]) {
      i += 1;
      j += 1;
    } else if (costs[i][j] === costs[i + 1][j + 1] + REPLACED) {
      found.push({ from: old[i++], to: young[j++] });
    } else if (costs[i][j] === costs[i + 1][j] + MOVED) {
      i += 1;
    } else {
      j += 1;
    }
  }
  return found;
}

/** What it costs to make `young.slice(j)` of `old.slice(i)`, for all i and j. */
function costTable(old, young) {
  const costs = Array.from({ length: old.length + 1 }, () => new Array(young.length + 1).fill(0));
  for (let i = old.length; i >= 0; i -= 1) {
    for (let j = young.length; j >= 0; j -= 1) {
      const ways = [];
      if (i < old.length) {
        ways.push(costs[i + 1][j] + MOVED);
      }
      if (j < young.length) {
        ways.push(costs[i][j + 1] + MOVED);
      }
      if (i < old.length && j < young.length) {
        ways.push(costs[i + 1][j + 1] + (old[i] === young[j] ? 0 : REPLACED));
      }
      costs[i][j] = ways.length ? Math.min(...ways) : 0;
    }
  }
  return costs;
}

function withoutCommonEnds(these, those) {
  const shorter = Math.min(these.length, those.length);
  let start = 0;
  while (start < shorter && these[start] === those[start]) {
    start += 1;
  }
  let end = 0;
  while (end < shorter - start && these.at(-1 - end) === those.at(-1 - end)) {
    end += 1;
  }
  return [these.slice(start, these.length - end), those.slice(start, those.length - end)];
}
