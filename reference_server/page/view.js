// What is on the screen around the log: headline, room, people, status line, input line.

export const find = (id) => document.getElementById(id);

/** A new element. Text goes in as `textContent`, so that it stays text. */
export function element(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}

/** "connected" or "disconnected"; the headline's title has it as the tutorial's headline does, with the WSID. */
export function showState(state, wsid = "") {
  find("headline").dataset.state = state;
  find("headline").title = ["CHAT", state, wsid].filter(Boolean).join(" - ");
  find("state").textContent = state;
}

/** Says what is wrong with the connection, and in how many seconds it is tried again; "" takes it away. */
export function showStatus(text, seconds = 0) {
  if (!seconds && document.activeElement === find("retry")) {
    focusInput();
  }
  setText(find("status"), text);
  setText(find("countdown"), seconds ? `Trying again in ${seconds} s.` : "");
  find("retry").hidden = !seconds;
}

/** Says why what the user just did was not done; "" takes it away. */
export function showNotice(text) {
  showAdvice(text);
  find("notice").dataset.kind = "problem";
}

/** Says what the user asked for. */
export function showAdvice(text) {
  setText(find("notice"), text);
  find("notice").dataset.kind = "advice";
}

/** Takes a notice away, unless another has taken its place. */
export function dropNotice(text) {
  if (find("notice").textContent === text) {
    showNotice("");
  }
}

// A live region that is written anew may be read out anew, so the same text is left alone.
function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

export function showRoom(name) {
  find("roomname").textContent = name;
  find("room").value = name;
  document.title = `${name} - CHAT`;
}

export function showNickname(name) {
  find("nickname").textContent = name;
}

/** Lists the people. Of those who have the reader's name one is marked: nothing tells which of them they are. */
export function showUsers(names, own, colours) {
  const entries = names.map((name) => colours.paint(userEntry(name), name));
  entries[names.indexOf(own)]?.classList.add("self");
  find("usercount").textContent = names.length;
  find("userlist").replaceChildren(...entries);
}

function userEntry(name) {
  const entry = element("li");
  entry.append(element("bdi", { textContent: name }));
  return entry;
}

/** The most bytes of a message that the server reads, which it writes into the page; Infinity if it does not. */
export function messageLimit() {
  return Number(document.querySelector("meta[name=max-message]")?.content) || Infinity;
}

/** Puts a text into the input line, unless something is being written there. */
export function offerLine(text) {
  find("inputline").value ||= text;
  fitInput();
}

// Browsers that cannot let a field grow with its text have it measured.
function fitInput() {
  if (!CSS.supports("field-sizing", "content")) {
    const { style } = find("inputline");
    style.height = "auto";
    style.height = `${find("inputline").scrollHeight + 2}px`;
  }
}

/** Whether a key press sends the line; with Shift it begins a new one, and within an input method it is not ours. */
function sends({ key, shiftKey, isComposing, keyCode }) {
  return key === "Enter" && !shiftKey && !isComposing && keyCode !== 229; // 229: what Safari has for isComposing
}

function focusInput() {
  find("inputline").focus();
}

/** Connects what the user does with `entered(line)`, `retried()` and `checkedRoom(name)`. */
export function start({ entered, retried, checkedRoom }) {
  find("compose").addEventListener("submit", (event) => {
    event.preventDefault();
    if (entered(find("inputline").value)) {
      find("inputline").value = "";
    }
    fitInput();
    focusInput();
  });
  find("inputline").addEventListener("input", fitInput);
  find("inputline").addEventListener("keydown", (event) => {
    if (sends(event)) {
      event.preventDefault();
      find("compose").requestSubmit();
    }
  });
  find("retry").addEventListener("click", retried);
  find("newest").addEventListener("click", focusInput);
  find("room").addEventListener("input", ({ target }) => target.setCustomValidity(checkedRoom(target.value)));
}
