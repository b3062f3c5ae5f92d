// A WebSocket that comes back by itself: exponential back-off, with jitter so that a room full of pages
// does not fall upon a restarted server all at once.

const FIRST_DELAY = 500; // ms
const LONGEST_DELAY = 30_000; // ms
const OPEN_TIMEOUT = 10_000; // ms

/** The wait before the attempt after `failures` failed ones, in ms: between half and all of the doubled delay. */
export function backoff(failures, random = Math.random()) {
  const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** failures);
  return delay * (0.5 + random / 2);
}

/**
 * Keeps one WebSocket to `url` open. It calls `handlers.opening()`, `opened()`, `received(data)`,
 * `closed({ code, reason, wasOpen })`, and `waiting(seconds)` once a second until the next attempt.
 */
export class Connection {
  #url;
  #handlers;
  #socket = null;
  #failures = 0;
  #timer = 0;

  constructor(url, handlers) {
    this.#url = url;
    this.#handlers = handlers;
  }

  /** Tries now, unless it is open or being opened: at the start, on "Try now", when the network is back. */
  open() {
    if (this.#socket) {
      return;
    }
    clearTimeout(this.#timer);
    this.#handlers.opening();
    this.#listen(new WebSocket(this.#url));
  }

  /** Sends one object as JSON; false if there is no open connection, and then nothing was sent. */
  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      return false;
    }
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** The other end has greeted: the next loss starts with the shortest delay again. */
  settle() {
    this.#failures = 0;
  }

  #listen(socket) {
    let wasOpen = false;
    const timeout = setTimeout(() => socket.close(), OPEN_TIMEOUT);
    this.#socket = socket;
    socket.onopen = () => {
      wasOpen = true;
      clearTimeout(timeout);
      this.#handlers.opened();
    };
    socket.onmessage = ({ data }) => this.#handlers.received(data);
    socket.onclose = ({ code, reason }) => {
      clearTimeout(timeout);
      this.#socket = null;
      this.#handlers.closed({ code, reason, wasOpen });
      this.#wait(performance.now() + backoff(this.#failures++));
    };
  }

  #wait(until) {
    const left = until - performance.now();
    if (left <= 0) {
      this.open();
      return;
    }
    this.#handlers.waiting(Math.ceil(left / 1000));
    this.#timer = setTimeout(() => this.#wait(until), Math.min(left, 1000));
  }
}
