// The log of messages: each entry is text, never markup; it follows the newest until its reader scrolls up.

import { decodeText, sentTime } from "./protocol.js";
import { coloured, element, find } from "./view.js";

const MOST_ENTRIES = 1000;
const LONGEST_QUOTE = 200; // characters
const NEAR_END = 32; // px

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const fullTime = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

export class MessageLog {
  #scroller;
  #list;
  #newest = find("newest");
  #following = true;
  #lastTop = 0;
  #unread = 0;

  constructor(scroller, list) {
    this.#scroller = scroller;
    this.#list = list;
    scroller.addEventListener("scroll", () => this.#watchReader());
    this.#newest.addEventListener("click", () => this.#toNewest());
    const observer = new ResizeObserver(() => this.#following && this.#toEnd());
    observer.observe(scroller);
    observer.observe(list);
  }

  /** Shows one Chat; `own` marks what this page's user said, which is always scrolled to. */
  addChat({ Author, Message, Sent, WSID }, own) {
    const entry = element("li", { className: own ? "message own" : "message" });
    entry.dataset.from = JSON.stringify([WSID, Author]);
    entry.classList.toggle("follows", this.#list.lastElementChild?.dataset.from === entry.dataset.from);
    entry.append(
      coloured(element("span", { className: "author", textContent: Author, dir: "auto" }), Author),
      timeOf(Sent),
      element("p", { className: "text", textContent: decodeText(Message), dir: "auto" }),
    );
    this.#add(entry);
    if (own) {
      this.#toNewest();
    }
  }

  /** Shows a remark of the page itself, and the beginning of the text that it speaks of. */
  addRemark(remark, text = "") {
    const entry = element("li", { className: "remark", textContent: remark });
    entry.append(element("bdi", { textContent: shortened(text) }));
    this.#add(entry);
  }

  #add(entry) {
    this.#list.append(entry);
    if (this.#list.childElementCount > MOST_ENTRIES) {
      this.#list.firstElementChild.remove();
      this.#list.firstElementChild.classList.remove("follows");
    }
    if (!this.#following) {
      this.#unread += 1;
      this.#showUnread();
    }
  }

  // Entries may come in faster than scroll events, so being far from the end does not say that the reader
  // went up: only moving up does.
  #watchReader() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const toEnd = scrollHeight - clientHeight - scrollTop;
    if (toEnd < 2 || (scrollTop >= this.#lastTop && toEnd < NEAR_END)) {
      this.#follow();
    } else if (scrollTop < this.#lastTop) {
      this.#following = false;
    }
    this.#lastTop = scrollTop;
  }

  #follow() {
    this.#following = true;
    this.#unread = 0;
    this.#showUnread();
  }

  #toNewest() {
    this.#follow();
    this.#toEnd();
  }

  #toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#lastTop = this.#scroller.scrollTop;
  }

  #showUnread() {
    this.#newest.hidden = !this.#unread;
    this.#newest.textContent = this.#unread === 1 ? "1 new message ↓" : `${this.#unread} new messages ↓`;
  }
}

function shortened(text) {
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
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
