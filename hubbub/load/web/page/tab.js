/* The tab "Deliveries" of Locust's page.

Locust makes an element of the name that the tab's entry in the page's arguments has; this says what that
element is. It asks once a second how the run stands, and shows it: the verdict so far, a chart, objectives,
limits, ledger. All texts go in as text, never as markup. Red is for what is wrong, and for nothing else.
*/
"use strict";
(() => {
  const EVERY = 1000; // ms
  const SVG = "http://www.w3.org/2000/svg";

  // The page opens with this tab, unless the address names another.
  const address = new URL(window.location.href);
  if (!address.searchParams.has("tab")) {
    address.searchParams.set("tab", "deliveries");
    window.history.replaceState(null, "", address);
  }

  const STYLE = `
    :host { display: block; padding-bottom: 2rem; --bad: #c62828; --line: #1976d2; --quiet: #666; --grid: #ddd; }
    :host([dark]) { --bad: #ff6b6b; --line: #64b5f6; --quiet: #aaa; --grid: #444; }
    h2 { font-size: 1rem; font-weight: 600; margin: 1.75rem 0 .5rem; }
    p { margin: .4rem 0; overflow-wrap: anywhere; }
    a { color: var(--line); }
    .answers, .figures { display: flex; flex-wrap: wrap; gap: .75rem 2.5rem; margin: .75rem 0; }
    .answers div, .figures div { min-width: 5.5rem; } code { font: inherit; white-space: nowrap; }
    dt { color: var(--quiet); font-size: .8rem; } dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
    dl { margin: 0; }
    .bad dd, tr.bad td { color: var(--bad); font-weight: 600; }
    .reasons { border-left: 3px solid var(--bad); padding-left: .75rem; margin: .75rem 0; }
    .end { border: 1px solid var(--grid); border-radius: 4px; padding: .5rem .9rem; margin: .75rem 0; }
    .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem 2rem; }
    figure { margin: 0; min-width: 0; } figcaption { font-size: .9rem; } figcaption span { color: var(--quiet); }
    svg { display: block; width: 100%; height: 11rem; touch-action: pan-y; }
    svg text { fill: var(--quiet); font-size: 11px; } svg .grid { stroke: var(--grid); } svg path { fill: none; stroke-width: 2; }
    svg .main { stroke: var(--line); } svg .other { stroke: var(--quiet); stroke-dasharray: 5 3; } svg .cursor { stroke: var(--quiet); }
    .tables { columns: 30rem 2; column-gap: 3rem; } .tables section { break-inside: avoid; padding-top: .1px; }
    table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
    th { text-align: left; font-weight: 400; color: var(--quiet); font-size: .8rem; }
    th, td { padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--grid); vertical-align: top; }
    td:first-child { overflow-wrap: anywhere; } td.state { white-space: nowrap; }
    @media (width < 600px) { table { font-size: .8rem; } td.state { white-space: normal; } }
    td.advice { border-bottom: 1px solid var(--grid); padding-top: 0; } tr.advised td { border-bottom: 0; }
    [hidden] { display: none !important; } .quiet { color: var(--quiet); }
  `;

  function node(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  function drawn(tag, attributes, text) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }

  /* Numbers */

  const whole = (number) => Math.round(number).toLocaleString("en");

  function milliseconds(value) {
    if (value === null || value === undefined) return "none";
    if (value === 0) return "0";
    const [number, unit] = value >= 999.5 ? [value / 1000, "s"] : value >= 0.9995 ? [value, "ms"] : [value * 1000, "µs"];
    return `${number.toFixed(number < 9.995 ? 2 : number < 99.95 ? 1 : 0)} ${unit}`;
  }

  /** A round number that is at least `most`, in few steps. */
  function ceiling(most) {
    const power = 10 ** Math.floor(Math.log10(most || 1));
    return [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= most) || 1;
  }

  /* A chart: lines over the seconds of the run. */

  class Chart {
    constructor(title, lines, show, axis) {
      Object.assign(this, { lines, show, axis, points: [], at: null });
      this.svg = drawn("svg", { role: "img" });
      this.told = node("span");
      this.element = node("figure", {}, node("figcaption", {}, `${title} `, this.told), this.svg);
      this.svg.addEventListener("pointermove", (event) => this.point(event.offsetX));
      this.svg.addEventListener("pointerleave", () => this.point(null));
      new ResizeObserver(() => this.draw()).observe(this.svg);
    }

    point(x) {
      this.at = x;
      this.draw();
    }

    update(points) {
      this.points = points;
      this.draw();
    }

    draw() {
      const { width, height } = this.svg.getBoundingClientRect();
      const { points } = this;
      if (!width || !points.length) {
        this.svg.replaceChildren();
        return;
      }
      const [left, right, top, bottom] = [52, 8, 10, 20];
      const first = points[0].second;
      const last = Math.max(points[points.length - 1].second, first + 10);
      const most = ceiling(Math.max(0, ...this.lines.flatMap(({ key }) => points.map((point) => point[key] ?? 0))));
      const x = (second) => left + ((second - first) / (last - first)) * (width - left - right);
      const y = (value) => height - bottom - (value / most) * (height - top - bottom);
      const parts = [];
      for (const share of [0, 0.5, 1]) {
        const at = y(most * share);
        parts.push(drawn("line", { class: "grid", x1: left, x2: width - right, y1: at, y2: at }));
        parts.push(drawn("text", { x: left - 6, y: at + 4, "text-anchor": "end" }, this.axis(most * share)));
      }
      parts.push(drawn("text", { x: left, y: height - 5 }, `${Math.round(first)} s`));
      parts.push(drawn("text", { x: width - right, y: height - 5, "text-anchor": "end" }, `${Math.round(last)} s`));
      for (const { key, kind } of this.lines) parts.push(drawn("path", { class: kind, d: this.path(key, x, y) }));
      let shown = points[points.length - 1];
      if (this.at !== null) {
        shown = points.reduce((a, b) => (Math.abs(x(b.second) - this.at) < Math.abs(x(a.second) - this.at) ? b : a));
        parts.push(drawn("line", { class: "cursor", x1: x(shown.second), x2: x(shown.second), y1: top, y2: height - bottom }));
      }
      this.told.textContent = `${this.show(shown)} at ${Math.round(shown.second)} s`;
      this.svg.setAttribute("aria-label", this.told.textContent);
      this.svg.replaceChildren(...parts);
    }

    path(key, x, y) {
      let pen = "M";
      return this.points
        .map((point) => {
          if (point[key] === null || point[key] === undefined) {
            pen = "M";
            return "";
          }
          const step = `${pen}${x(point.second).toFixed(1)} ${y(point[key]).toFixed(1)}`;
          pen = "L";
          return step;
        })
        .join("");
    }
  }

  /* The parts of the tab, each from the part of the answer that it shows */

  const answers = (list) =>
    list.map(({ name, word, bad }) =>
      node("div", { class: bad ? "bad" : "" }, node("dt", {}, name), node("dd", {}, word)),
    );

  /** A text with the options in it, which a line must not end in. */
  const words = (text) => text.split(/(--[a-z-]+)/).map((part) => (part.startsWith("--") ? node("code", {}, part) : part));

  function verdict([state, told, reasons]) {
    return [
      node("p", { class: "quiet" }, state),
      node("dl", { class: "answers" }, ...answers(told)),
      ...(reasons.length ? [node("div", { class: "reasons" }, ...reasons.map((reason) => node("p", {}, ...words(reason))))] : []),
    ];
  }

  function ended(end) {
    if (!end) return [];
    const link = node("a", { href: end.report, target: "_blank", rel: "noopener" }, "Open the report");
    const where = node("span", { class: "quiet" }, ` (drawn when you open it, from ${end.folder})`);
    return [node("div", { class: "end", role: "status" }, node("p", {}, end.told), node("p", {}, link, where))];
  }

  function table({ title, head, rows }) {
    if (!rows.length) return [];
    const lines = rows.flatMap(({ cells, bad, advice }) => [
      node(
        "tr",
        { class: [bad ? "bad" : "", advice ? "advised" : ""].join(" ").trim() },
        ...cells.map((cell, at) => node("td", { class: at === cells.length - 1 ? "state" : "" }, cell)),
      ),
      ...(advice ? [node("tr", {}, node("td", { class: "advice", colspan: String(cells.length) }, ...words(advice)))] : []),
    ]);
    const headed = node("thead", {}, node("tr", {}, ...head.map((word) => node("th", { scope: "col" }, word))));
    return [node("section", {}, node("h2", {}, title), node("table", {}, headed, node("tbody", {}, ...lines)))];
  }

  class Deliveries extends HTMLElement {
    connectedCallback() {
      if (!this.shadowRoot) this.build();
      this.asking = true;
      this.ask();
    }

    disconnectedCallback() {
      this.asking = false;
      clearTimeout(this.timer);
    }

    build() {
      this.parts = Object.fromEntries(["verdict", "end", "figures", "tables"].map((name) => [name, node("div")]));
      this.parts.tables.className = "tables";
      this.parts.figures = node("dl", { class: "figures" });
      const show = ({ p50, p99, few }) => `${milliseconds(p50)} (p50, dashed), ${milliseconds(p99)} (p99${few ? ", few messages" : ""})`;
      this.charts = [
        new Chart("Deliveries a second", [{ key: "delivered", kind: "main" }], ({ delivered }) => whole(delivered), whole),
        new Chart(
          "Latency",
          [
            { key: "p50", kind: "other" },
            { key: "p99", kind: "main" },
          ],
          show,
          (value) => milliseconds(value).replace(/\.0+ /, " "),
        ),
      ];
      const charts = node("div", { class: "charts" }, ...this.charts.map(({ element }) => element));
      const { verdict: first, end, figures: numbers, tables } = this.parts;
      this.attachShadow({ mode: "open" }).append(node("style", {}, STYLE), end, first, numbers, charts, tables);
      this.charted = charts;
    }

    async ask() {
      try {
        const answer = await fetch("./deliveries/now");
        if (answer.ok) this.show(await answer.json());
      } catch {
        // Locust has ended, or the network has gone: what was shown last stays.
      }
      if (this.asking) this.timer = setTimeout(() => this.ask(), EVERY);
    }

    show(view) {
      this.toggleAttribute("dark", isDark());
      this.fill("verdict", [view.state, view.answers, view.reasons], verdict);
      this.fill("end", view.end, ended);
      this.fill("figures", view.figures, answers);
      this.fill("tables", view.tables, (tables) => tables.flatMap(table));
      this.charted.hidden = !view.points.length;
      for (const chart of this.charts) chart.update(view.points);
    }

    /** Make a part anew if it has changed, so that what somebody reads or copies stays where it is. */
    fill(name, told, make) {
      const text = JSON.stringify(told);
      if (this.parts[name].told === text) return;
      this.parts[name].told = text;
      this.parts[name].replaceChildren(...make(told));
    }
  }

  function isDark() {
    const [red, green, blue] = (getComputedStyle(document.body).backgroundColor.match(/\d+/g) || [255, 255, 255]).map(Number);
    return red + green + blue < 384;
  }

  customElements.define("hubbub-deliveries", Deliveries);
})();
