// What is on the screen around the log: headline, room, people, status line, input line.

export const find = (id) => document.getElementById(id);

/** A new element. Text goes in as `textContent`, so that it stays text. */
export function element(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}

/** Gives an element the hue of a name: the same name always looks the same. */
export function coloured(element, name) {
  const hue = [...name].reduce((hash, character) => (hash * 31 + character.codePointAt(0)) % 360, 7);
  element.style.setProperty("--hue", hue);
  return element;
}

/** "connected" or "disconnected", in the headline as the tutorial has it. */
export function showState(state, wsid = "") {
  find("headline").textContent = ["CHAT", state, wsid].filter(Boolean).join(" - ");
  find("headline").dataset.state = state;
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

/** Says something about what the user just did; "" takes it away. */
export function showNotice(text) {
  setText(find("notice"), text);
}

// A live region that is written anew may be read out anew, so the same text is left alone.
function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

export function showRoom(name) {
  find("room").value = name;
  document.title = `${name} - CHAT`;
}

export function showNickname(name) {
  find("nickname").textContent = name;
}

export function showUsers(names) {
  find("usercount").textContent = names.length;
  find("userlist").replaceChildren(...names.map(userEntry));
}

function userEntry(name) {
  const entry = coloured(element("li"), name);
  entry.append(element("bdi", { textContent: name }));
  return entry;
}

/** Puts a text into the input line, unless something is being written there. */
export function offerLine(text) {
  find("inputline").value ||= text;
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
    focusInput();
  });
  find("retry").addEventListener("click", retried);
  find("newest").addEventListener("click", focusInput);
  find("room").addEventListener("input", ({ target }) => target.setCustomValidity(checkedRoom(target.value)));
}
