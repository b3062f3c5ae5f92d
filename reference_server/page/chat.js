// The chat page: who its user is, what they say, and what the server says to it.

import { Connection } from "./connection.js";
import { MessageLog } from "./log.js";
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

class Chat {
  #log = new MessageLog(view.find("chatdiv"), view.find("chat"));
  #connection;
  #nickname = rememberedNickname();
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
    const { nickname, text } = protocol.parseLine(line);
    return nickname === undefined ? this.#say(text) : this.#rename(nickname);
  }

  #say(text) {
    if (!text) {
      return true;
    }
    const message = protocol.encodeText(text);
    if (!this.#connection.send({ Message: message, Author: this.#nickname })) {
      view.showNotice("Not connected. Your message stays below: send it when the connection is back.");
      return false;
    }
    this.#unconfirmed.push({ message, text });
    view.showNotice("");
    return true;
  }

  #rename(nickname) {
    const problem = protocol.nameProblem(nickname);
    view.showNotice(problem);
    if (problem) {
      return false;
    }
    this.#nickname = nickname;
    rememberNickname(nickname);
    view.showNickname(nickname);
    this.#connection.send({ Author: nickname }); // without a connection it is announced on the next
    return true;
  }

  #receive(message) {
    switch (message?.Type) {
      case "Status":
        this.#join(message);
        break;
      case "Chat":
        this.#confirm(message);
        this.#log.addChat(message, message.WSID === this.#wsid);
        break;
      case "userlist":
        view.showUsers(message.Users.map((user) => user.Name));
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
    view.showNotice("");
    if (this.#wasLost) {
      this.#log.addRemark("Connected again. What others said in between is not shown.");
    }
    if (this.#nickname !== protocol.FIRST_NICKNAME) {
      this.#connection.send({ Author: this.#nickname });
    }
  }

  #confirm({ Message, WSID }) {
    const index = this.#unconfirmed.findIndex(({ message }) => WSID === this.#wsid && message === Message);
    if (index >= 0) {
      this.#unconfirmed.splice(index, 1);
    }
  }

  #giveBackRefused({ Code, Reason }) {
    view.showNotice(`The server refused this: ${Reason} (${Code})`);
    view.offerLine(this.#unconfirmed.shift()?.text ?? "");
  }

  #lose({ code, reason, wasOpen }) {
    this.#wasLost ||= wasOpen;
    this.#wsid = "";
    this.#trouble = troubleOf(code, reason, wasOpen);
    this.#giveBackUnconfirmed();
    view.showState("disconnected");
  }

  #giveBackUnconfirmed() {
    for (const { text } of this.#unconfirmed) {
      this.#log.addRemark("The connection was lost before this came back, so perhaps nobody got it: ", text);
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
