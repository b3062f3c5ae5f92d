// The chat page: who its user is, what they say, and what the server says to it.

import { NameColours } from "./colours.js";
import { Connection } from "./connection.js";
import { MessageLog } from "./log.js";
import { Presence, remarks } from "./presence.js";
import * as protocol from "./protocol.js";
import * as view from "./view.js";

const CLOSE_REASONS = {
  1001: "the server is going away",
  1003: "the server refused a message",
  1007: "the server refused a message",
  1008: "the server refused the connection",
  1009: "a message was too large for the server",
  1012: "the server restarts",
  1013: "the server has too much to do",
};
const TOO_LARGE = 1009;
const NO_NAMES = ["", protocol.FIRST_NICKNAME, protocol.DEFAULT_NICKNAME]; // nobody is meant by them
const NOT_CONNECTED = "Not connected. Your message stays below: send it when the connection is back.";
const COMMANDS = "/nick NAME gives you a name, /help shows this. A line that begins with a space is sent as it is. "
  + "Shift+Enter begins a new line.";

class Chat {
  #colours = new NameColours();
  #log = new MessageLog(view.find("chatdiv"), view.find("chat"), this.#colours);
  #presence = new Presence((changes) => remarks(changes).forEach((remark) => this.#log.addPresence(remark)));
  #connection;
  #limit = view.messageLimit(); // bytes
  #nickname = rememberedNickname();
  #users = [];
  #wsid = "";
  #trouble = "Connecting …";
  #wasLost = false;
  #unconfirmed = []; // sent, and not come back yet

  constructor(url) {
    this.#connection = new Connection(url, {
      opening: () => view.showStatus(this.#trouble),
      opened: () => view.showState("connected"),
      received: (data) => this.#receive(protocol.parseServerMessage(data)),
      closed: (how) => this.#lose(how),
      waiting: (seconds) => view.showStatus(this.#trouble, seconds),
    });
    view.showNickname(this.#nickname);
  }

  connect() {
    this.#connection.open();
  }

  /** Does what a typed line asks for; false if the line should stay where it is. */
  enter(line) {
    const { command, argument, text } = protocol.parseLine(line);
    switch (command) {
      case undefined:
        return this.#say(text);
      case "nick":
        return argument ? this.#rename(argument) : this.#explainNick();
      case "help":
        view.showAdvice(COMMANDS);
        return true;
      default:
        view.showNotice(`There is no command /${command}, and nothing was sent. ${COMMANDS}`);
        return false;
    }
  }

  #say(text) {
    if (!text.trim()) {
      return true;
    }
    const message = { Message: protocol.encodeText(text), Author: this.#nickname };
    const size = protocol.sizeOf(message);
    const problem = protocol.sizeProblem(text, size, this.#limit);
    if (problem || !this.#connection.send(message)) {
      view.showNotice(problem || NOT_CONNECTED);
      return false;
    }
    this.#unconfirmed.push({ message: message.Message, text, size });
    view.showNotice("");
    return true;
  }

  #explainNick() {
    view.showAdvice(`You are called ${this.#nickname}. /nick NAME gives you another name, for example: /nick Ada`);
    return false;
  }

  #rename(nickname) {
    const problem = protocol.nameProblem(nickname);
    view.showNotice(problem);
    if (problem) {
      return false;
    }
    this.#presence.expect({ from: this.#nickname, to: nickname, isTold: true });
    this.#nickname = nickname;
    rememberNickname(nickname);
    view.showNickname(nickname);
    this.#announce(); // without a connection it is announced on the next
    this.#showUsers();
    return true;
  }

  #announce() {
    const message = { Author: this.#nickname };
    if (protocol.sizeOf(message) <= this.#limit) {
      this.#connection.send(message);
    }
  }

  #receive(message) {
    switch (message?.Type) {
      case "Status":
        this.#join(message);
        break;
      case "Chat":
        this.#presence.tellOverdue();
        this.#confirm(message);
        this.#log.addChat(message, message.WSID === this.#wsid, this.#ownName());
        break;
      case "userlist":
        this.#users = message.Users.map((user) => user.Name);
        this.#showUsers();
        this.#presence.update(this.#users);
        break;
      case "Error":
        this.#giveBackRefused(message);
        break;
    }
  }

  #join({ WSID }) {
    this.#wsid = WSID;
    this.#connection.settle();
    view.showState("connected", WSID);
    view.showStatus("");
    view.dropNotice(NOT_CONNECTED);
    if (this.#wasLost) {
      this.#log.addRemark("Connected again. What others said in between is not shown.");
    }
    if (this.#nickname !== protocol.FIRST_NICKNAME) {
      this.#presence.expect({ from: protocol.FIRST_NICKNAME, to: this.#nickname, isTold: false });
      this.#announce();
    }
  }

  #showUsers() {
    view.showUsers(this.#users, this.#nickname, this.#colours);
  }

  /** The name by which others may mean this page's user; "" if it is nobody's. */
  #ownName() {
    return NO_NAMES.includes(this.#nickname) ? "" : this.#nickname;
  }

  #confirm({ Message, WSID }) {
    const index = this.#unconfirmed.findIndex(({ message }) => WSID === this.#wsid && message === Message);
    if (index >= 0) {
      this.#unconfirmed.splice(index, 1);
    }
  }

  #giveBackRefused({ Code, Reason }) {
    if (Code === protocol.FLOOD) {
      view.showNotice(`The server is slowing this page down: ${Reason}`); // it refuses nothing
      return;
    }
    view.showNotice(`The server refused this: ${Reason} (${Code})`);
    view.offerLine(this.#unconfirmed.shift()?.text ?? "");
  }

  #lose({ code, reason, wasOpen }) {
    this.#wasLost ||= wasOpen;
    this.#wsid = "";
    this.#trouble = troubleOf(code, reason, wasOpen);
    this.#presence.forget();
    if (code === TOO_LARGE) {
      this.#learnLimit();
    }
    this.#giveBackUnconfirmed();
    view.showState("disconnected");
  }

  /** Messages are read in order, so the first that did not come back was the one that is too large. */
  #learnLimit() {
    const [first] = this.#unconfirmed;
    if (first) {
      this.#limit = Math.min(this.#limit, first.size - 1);
      view.showNotice(protocol.sizeProblem(first.text, first.size, this.#limit));
    }
  }

  #giveBackUnconfirmed() {
    for (const { text } of this.#unconfirmed) {
      this.#log.addRemark(`${this.#trouble} This had not come back, so perhaps nobody got it: `, text);
      view.offerLine(text);
    }
    this.#unconfirmed = [];
  }
}

function troubleOf(code, reason, wasOpen) {
  if (!wasOpen) {
    return "The server cannot be reached, or does not let this page in.";
  }
  const why = [CLOSE_REASONS[code], reason].filter(Boolean).join(": ");
  return why ? `The connection was closed: ${why}.` : "The connection was lost.";
}

// A tab keeps its nickname when it is reloaded or goes to another room. Browsers may forbid the storage.

function rememberedNickname() {
  try {
    return sessionStorage.getItem("nickname") ?? protocol.FIRST_NICKNAME;
  } catch {
    return protocol.FIRST_NICKNAME;
  }
}

function rememberNickname(nickname) {
  try {
    sessionStorage.setItem("nickname", nickname);
  } catch {
    // The nickname then lasts as long as the page.
  }
}

const room = protocol.roomOfQuery(location.search);
const chat = new Chat(protocol.socketUrl(location));

view.start({
  entered: (line) => chat.enter(line),
  retried: () => chat.connect(),
  checkedRoom: protocol.nameProblem,
});
view.showRoom(room.name);
if (room.problem) {
  view.showStatus(room.problem);
} else {
  chat.connect();
  addEventListener("online", () => chat.connect());
}
