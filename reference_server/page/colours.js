// A colour for each name: as many as can be told apart are given out before one is given out again.

const SLOTS = 12;
const STRIDE = 5; // prime to SLOTS, and far from one hue to the next
const MOST_NAMES = 1000;

export class NameColours {
  #slots = new Map(); // the name last asked for stands last
  #uses = new Array(SLOTS).fill(0);

  /** Gives an element the colour of a name: for as long as the name is in use, it is the same. */
  paint(element, name) {
    const slot = this.#slotOf(name);
    element.style.setProperty("--hue", (slot * 360) / SLOTS);
    element.style.setProperty("--tone", slot % 2);
    return element;
  }

  #slotOf(name) {
    const slot = this.#slots.get(name) ?? this.#leastUsed(name);
    if (!this.#slots.delete(name)) {
      this.#uses[slot] += 1;
    }
    this.#slots.set(name, slot);
    if (this.#slots.size > MOST_NAMES) {
      const [oldest, freed] = this.#slots.entries().next().value;
      this.#slots.delete(oldest);
      this.#uses[freed] -= 1;
    }
    return slot;
  }

  #leastUsed(name) {
    const first = [...name].reduce((hash, character) => (hash * 31 + character.codePointAt(0)) % 9973, 7);
    const candidates = Array.from({ length: SLOTS }, (_, step) => (first + step * STRIDE) % SLOTS);
    return candidates.reduce((best, slot) => (this.#uses[slot] < this.#uses[best] ? slot : best));
  }
}
