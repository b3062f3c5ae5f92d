// The log of messages: each entry is text, never markup; it follows the newest until its reader scrolls up.

import { decodeText, sentTime } from "./protocol.js";
import { mentions, pieces } from "./text.js";
import { element, find } from "./view.js";

const MOST_MESSAGES = 1000;
const MOST_ENTRIES = 2000; // with remarks
const NEAR_END = 96; // px: one who comes so near on the way down is on the way to the end, whatever comes meanwhile
const LONGEST_UNFOLDED = 16; // lines
const LONGEST_FRAME = 200; // ms
const TEXT = ".text, .quote";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const fullTime = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

export class MessageLog {
  #scroller;
  #list;
  #colours;
  #newest = find("newest");
  #following = true;
  #last = { top: 0, height: 0, width: 0 }; // how the log stood when its reader or this page last moved it
  #width = 0;
  #messages = 0;
  #fresh = []; // entries whose place and size are still to be seen to
  #unread = 0;
  #hasSpoken = false; // this page's user has a message among the fresh ones

  constructor(scroller, list, colours) {
    this.#scroller = scroller;
    this.#list = list;
    this.#colours = colours;
    this.#follow(true);
    scroller.addEventListener("scroll", () => this.#watchReader());
    this.#newest.addEventListener("click", () => this.#toNewest());
    const observer = new ResizeObserver(() => this.#fit());
    observer.observe(scroller);
    observer.observe(list);
  }

  /** Shows one Chat; `own` marks what this page's user said, which is always scrolled to. Others may name `name`. */
  addChat({ Author, Message, Sent, WSID }, own, name) {
    const text = decodeText(Message);
    const isNamed = !own && mentions(text, name);
    const entry = element("li", { className: "message" });
    entry.classList.toggle("own", own);
    entry.classList.toggle("mention", isNamed);
    entry.dataset.from = JSON.stringify([WSID, Author]);
    entry.classList.toggle("follows", this.#list.lastElementChild?.dataset.from === entry.dataset.from);
    entry.append(
      this.#colours.paint(element("span", { className: "author", textContent: Author, dir: "auto" }), Author),
      timeOf(Sent),
      paragraph("text", text, isNamed ? name : ""),
    );
    this.#messages += 1;
    this.#unread += this.#following ? 0 : 1;
    this.#add(entry);
    if (own) {
      this.#hasSpoken = true;
      this.#follow(true);
    }
  }

  /** Shows a remark of the page itself, and the text that it speaks of. */
  addRemark(remark, text = "") {
    const entry = element("li", { className: "remark", textContent: remark });
    if (text) {
      entry.append(paragraph("quote", text));
    }
    this.#add(entry);
  }

  /** Shows who came or left: strings, and `{ name }` for names. */
  addPresence(parts) {
    const entry = element("li", { className: "presence" });
    entry.append(...parts.map((part) => (part.name === undefined ? part : element("bdi", { textContent: part.name }))));
    this.#add(entry);
  }

  #add(entry) {
    this.#list.append(entry);
    this.#fresh.push(entry);
    if (this.#fresh.length === 1) {
      soon(() => this.#settle());
    }
  }

  // Once for all that came since the last frame: to measure is to have the browser lay out the whole log. It scrolls
  // here, too, for where as much goes as comes no change of size tells of it later.
  #settle() {
    this.#watchReader(); // who goes up in this very frame is not to be pulled back
    this.#fold(this.#fresh.splice(0));
    while (this.#messages > MOST_MESSAGES || this.#list.childElementCount > MOST_ENTRIES) {
      this.#messages -= this.#list.firstElementChild.classList.contains("message") ? 1 : 0;
      this.#list.firstElementChild.remove();
      this.#list.firstElementChild.classList.remove("follows");
    }
    this.#showUnread();
    if (this.#following) {
      this.#toEnd();
    }
    this.#hasSpoken = false;
  }

  // Being far from the end does not say that the reader went up, for entries may come in faster than scroll
  // events; nor does standing higher than before, if the window has another size, which may push the log up,
  // or if the reader has spoken while still scrolling up: what one says oneself is always scrolled to.
  #watchReader() {
    const { scrollTop, scrollHeight, clientHeight, clientWidth } = this.#scroller;
    const toEnd = scrollHeight - clientHeight - scrollTop;
    const { top, height, width } = this.#last;
    if (toEnd < 2) {
      this.#follow(true);
    } else if (scrollTop > top && toEnd < NEAR_END) {
      this.#toNewest();
    } else if (this.#following && (height !== clientHeight || width !== clientWidth)) {
      this.#toEnd();
    } else if (scrollTop < top && !this.#hasSpoken) {
      this.#follow(false);
    }
    this.#note();
  }

  /** The window or what is in it has another size. */
  #fit() {
    if (this.#width !== this.#list.clientWidth) {
      this.#width = this.#list.clientWidth;
      this.#fold(this.#list.children);
    }
    if (this.#following) {
      this.#toEnd();
    } else {
      this.#watchReader();
    }
  }

  // The browser keeps a reader's place where entries above it go; one who follows has no place to be kept.
  #follow(following) {
    this.#following = following;
    this.#scroller.classList.toggle("following", following);
    if (following) {
      this.#unread = 0;
      this.#showUnread();
    }
  }

  #toNewest() {
    this.#follow(true);
    this.#toEnd();
  }

  #toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#note();
  }

  #note() {
    const { scrollTop, clientHeight, clientWidth } = this.#scroller;
    this.#last = { top: scrollTop, height: clientHeight, width: clientWidth };
  }

  #showUnread() {
    this.#newest.hidden = !this.#unread;
    this.#newest.textContent = this.#unread === 1 ? "1 new message ↓" : `${this.#unread} new messages ↓`;
  }

  /** Folds those entries whose text is long at the width that they have now: all are measured, then all changed. */
  #fold(entries) {
    const longest = LONGEST_UNFOLDED * parseFloat(getComputedStyle(this.#list).lineHeight);
    const measured = Array.from(entries, (entry) => [entry, entry.querySelector(TEXT)?.scrollHeight > longest]);
    for (const [entry, isLong] of measured) {
      entry.classList.toggle("long", isLong);
      if (isLong && !entry.querySelector(".unfold")) {
        this.#addFold(entry);
      }
    }
  }

  #addFold(entry) {
    const button = element("button", { type: "button", className: "unfold" });
    const open = (isOpen) => {
      entry.classList.toggle("open", isOpen);
      button.ariaExpanded = String(isOpen);
      button.textContent = isOpen ? "Show less" : "Show all";
    };
    button.addEventListener("click", () => {
      this.#follow(false); // or the end would come into sight, and what is being read go out of it
      open(!entry.classList.contains("open"));
      if (!entry.classList.contains("open")) {
        entry.scrollIntoView({ block: "nearest" });
      }
      this.#watchReader();
    });
    entry.querySelector(TEXT).addEventListener("focusin", () => open(true)); // a link in the folded part
    entry.append(button);
    open(false);
  }
}

/** Calls `act` with the next frame, or soon where there are none because nobody looks. */
function soon(act) {
  const frame = requestAnimationFrame(() => {
    clearTimeout(timer);
    act();
  });
  const timer = setTimeout(() => {
    cancelAnimationFrame(frame);
    act();
  }, LONGEST_FRAME);
}

function paragraph(className, text, name = "") {
  const shown = element("p", { className, dir: "auto" });
  for (const piece of pieces(text, name)) {
    shown.append(nodeOf(piece));
  }
  return shown;
}

function nodeOf({ text, href, isName }) {
  if (href) {
    return element("a", { textContent: text, href, title: href, target: "_blank", rel: "noopener noreferrer" });
  }
  return isName ? element("mark", { textContent: text }) : text;
}

function timeOf(sent) {
  const moment = sentTime(sent);
  if (Number.isNaN(moment.getTime())) {
    return element("time", { textContent: sent });
  }
  return element("time", {
    dateTime: moment.toISOString(),
    textContent: clock.format(moment),
    title: fullTime.format(moment),
  });
}
