// What every lab shares: its words, its drawing, its links, its bars and tables.
const WORDS = /*WORDS*/{}, STYLE = /*STYLE*/"", PEN = /*PEN*/{};
const SVG = "http://www.w3.org/2000/svg";

// h("button", {type: "button", onclick: f}, "text", child …); svg("rect", …) likewise
const made = (node, given, children) => {
  for (const [name, value] of Object.entries(given || {})) {
    if (name.startsWith("on")) node[name] = value;
    else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
};
const h = (tag, given, ...children) => made(document.createElement(tag), given, children);
const svg = (tag, given, ...children) => made(document.createElementNS(SVG, tag), given, children);
const set = (node, given) => { for (const name in given) node.setAttribute(name, given[name]); };

const sigmoid = a => 0.5 + 0.5 * Math.tanh(0.5 * a);
const times = (v, W) => {
  const sums = new Array(W[0].length).fill(0);
  for (let j = 0; j < v.length; j++) for (let k = 0; k < sums.length; k++) sums[k] += v[j] * W[j][k];
  return sums;
};
const plus = (...terms) => terms[0].map((_, k) => terms.reduce((sum, term) => sum + term[k], 0));
const softmax = a => {
  const top = Math.max(...a), e = a.map(x => Math.exp(x - top)), sum = e.reduce((s, x) => s + x, 0);
  return e.map(x => x / sum);
};
const argmax = a => a.indexOf(Math.max(...a));
// a number as the drawings of the book print it: two decimals, true minus, a sign unless a share
const number = (x, signed = true, digits = 2) => {
  const text = Math.abs(x).toFixed(digits);
  return (!+text ? "" : x < 0 ? "−" : signed ? "+" : "") + text;
};
const shaded = x => `var(--lesson-${x < 0 ? "negative" : "positive"}, ${x < 0 ? PEN.negative : PEN.positive})`;

// Move a live drawing to other numbers.  values: name → number; faded: parts that take no part
const moves = {
  flow(g, x) {
    const [line, head] = [g.querySelector("polyline"), g.querySelector("polygon")];
    const width = PEN.thin + PEN.unit * Math.min(Math.abs(x), PEN.full);
    line.setAttribute("stroke-width", width.toFixed(2));
    line.style.stroke = shaded(x);
    if (!head) return;
    const [[x0, y0], [x1, y1]] = g.dataset.points.split(" ").slice(-2).map(p => p.split(",").map(Number));
    const length = Math.hypot(x1 - x0, y1 - y0), ux = (x1 - x0) / length, uy = (y1 - y0) / length;
    const half = Math.max(4.5, width / 2 + 3.5), bx = x1 - PEN.head * ux, by = y1 - PEN.head * uy;
    const corners = [[x1, y1], [bx + half * uy, by - half * ux], [bx - half * uy, by + half * ux]];
    head.setAttribute("points", corners.map(p => p.map(c => +c.toFixed(2)).join()).join(" "));
    head.style.fill = shaded(x);
  },
  dial(g, share) {
    const [x, y, r] = g.dataset.at.split(" ").map(Number), part = Math.min(Math.max(share, 0), 1);
    const angle = 2 * Math.PI * Math.min(part, 0.999);
    const end = `${(x + r * Math.sin(angle)).toFixed(2)},${(y - r * Math.cos(angle)).toFixed(2)}`;
    const d = `M${x},${y} V${y - r} A${r},${r} 0 ${+(part > 0.5)} 1 ${end} Z`;
    const gate = `fill:var(--lesson-gate, ${PEN.gate})`;
    g.lastChild.replaceWith(svg("path", { d, style: gate, "data-share": part.toFixed(4) }));
  },
  label(g, x, words) {
    const texts = document.createTreeWalker(g, NodeFilter.SHOW_TEXT);
    let last = null;
    while (texts.nextNode()) last = texts.currentNode;
    const shown = x === undefined ? "" : number(x, g.dataset.signed === "1");
    const said = g.dataset.words;
    if (said) last.data = [words[said] || said, shown].filter(Boolean).join(" ");
    else if (shown) last.data = last.data.replace(/[+−]?\d+\.\d\d$/, shown);
  },
};
const move = (drawing, values, words, faded = new Set(), cut = new Set()) => {
  for (const g of drawing.querySelectorAll("[data-part]")) {
    const { form, part, value } = g.dataset;
    g.style.opacity = faded.has(part) || (form === "control" && cut.has(part)) ? 0.2 : "";
    if (form === "label") moves.label(g, values[value], words);
    else if (moves[form]) moves[form](g, values[value]);
  }
};

// "#lab:step=18&f=0" → its parameters; a link without id is for the first lab of the page
const LABS = /*LABS*/[].join();
const asked = hash => {
  let text = hash;
  try { text = decodeURIComponent(hash.replace(/\+/g, " ")); } catch { /* not ours to mend */ }
  return text.startsWith("#lab:") ? new URLSearchParams(text.slice(5)) : null;
};
const follow = (hash, focus) => {
  const given = asked(hash);
  if (!given) return;
  const id = given.get("id"), all = [...document.querySelectorAll(LABS)];
  const lab = id ? all.find(one => one.id === id) : all[0];
  if (lab) lab.follow(given, focus);
};

const SMALLEST = 12.1; // px: no letter of a lab is smaller, at any width
const MARKED = 0.05; // from which difference on two runs are marked as different

class Lab extends HTMLElement {
  connectedCallback() { this.start(); }
  disconnectedCallback() { this.rest(); }

  start() { // the parser may not have reached the data yet: the script after it calls again
    const data = this.querySelector(':scope > script[type="application/json"]');
    if (this.data || !data || !data.textContent.endsWith("}")) return;
    this.data = JSON.parse(data.textContent);
    const language = (this.closest("[lang]")?.lang || "en").slice(0, 2);
    this.words = { ...WORDS.en, ...WORDS[language] };
    this.drawing = this.querySelector("svg");
    this.said = h("p", { class: "said", role: "status", "aria-live": "polite" });
    this.box = h("div", { class: "lab", tabindex: "-1", role: "group", "aria-label": this.title_() || this.say("map title") });
    this.attachShadow({ mode: "open" }).append(h("style", {}, STYLE), this.box);
    this.reset();
    this.build();
    this.before = this.run();
    this.watch();
    const given = asked(location.hash), id = given?.get("id");
    if (given && (id ? id === this.id : this === document.querySelector(LABS))) this.follow(given, false);
  }

  watch() { // compute when the reader comes near; a playing lab that is out of sight stops
    const sizes = new ResizeObserver(() => this.fit());
    [this.drawing, ...this.box.querySelectorAll("svg.map")].forEach(one => sizes.observe(one));
    addEventListener("beforeprint", () => this.wake());
    new IntersectionObserver(([seen]) => (seen.isIntersecting ? this.wake() : this.rest()),
      { rootMargin: "600px" }).observe(this);
  }
  wake() { if (!this.awake) { this.awake = true; this.update(); } }
  rest() {}
  fit() { // letters of a drawing that has become small grow, so that they can be read
    for (const drawing of [this.drawing, ...this.box.querySelectorAll("svg.map")]) {
      const scale = drawing.getBoundingClientRect().width / drawing.viewBox.baseVal.width;
      for (const text of scale ? drawing.querySelectorAll("[font-size]") : []) {
        text.dataset.size ??= text.getAttribute("font-size");
        set(text, { "font-size": Math.max(text.dataset.size, SMALLEST / scale).toFixed(1) });
      }
    }
  }

  title_() { return this.getAttribute("data-title"); }
  say(name, given = {}) { return this.words[name].replace(/\{(\w+)\}/g, (_, key) => given[key]); }
  update() {
    if (!this.awake) return;
    const began = performance.now();
    this.now = this.run();
    this.show();
    this.recomputeMs = performance.now() - began;
  }
  follow(given, focus) {
    this.awake = true;
    this.reset();
    this.apply(given);
    this.update();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.box.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
    if (focus) this.box.focus({ preventScroll: true });
  }

  // Controls.  A labelled choice; options: [value, text] pairs
  choice(label, options, chosen) {
    const text = h("span", {}, label);
    const list = h("select", { "aria-label": label, onchange: () => { chosen(list.value); this.update(); } },
      ...options.map(([value, text]) => h("option", { value }, text)));
    return { list, node: h("label", {}, text, list), name(label) { text.textContent = label; set(list, { "aria-label": label }); } };
  }
  tick(label, changed) {
    const box = h("input", { type: "checkbox", onchange: () => { changed(box.checked); this.update(); } });
    return { box, node: h("label", {}, box, label) };
  }
  range(label, given, moved) {
    return h("input", { type: "range", "aria-label": label, ...given, oninput: event => { moved(+event.target.value); this.update(); } });
  }
  button(sign, label, pressed) {
    return h("button", { type: "button", "aria-label": label, title: label, onclick: () => { pressed(); this.update(); } }, sign);
  }
  resetButton() { return this.button(this.say("reset"), this.say("reset"), () => this.reset()); }
  row(...children) { return h("div", { class: "row" }, ...children); }
  swap(list, t, by) { // an item changes places with its neighbour  →  where it stands now
    const to = Math.min(Math.max(t + by, 0), list.length - 1);
    [list[t], list[to]] = [list[to], list[t]];
    return to;
  }

  // What a lab is made of: the picture stays in view while a finger is on the controls below it
  lay(controls, map, key, ...folds) {
    const { answers } = this.data, title = this.title_() ? [h("p", { class: "title" }, this.title_())] : [];
    const keys = key.map(([sign, text]) => h("span", {}, h("i", { class: sign, "aria-hidden": "true" }), text));
    this.folded = h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": this.say("numbers") });
    const numbers = h("details", { ontoggle: () => this.update() }, h("summary", {}, this.say("numbers")), this.folded);
    this.numbers = numbers;
    this.box.append(h("div", { class: "grid" }, ...title,
      h("div", { class: "view" }, h("div", { class: "draw" }, h("slot")), this.bars(answers)), this.said,
      h("div", { class: "controls" }, ...controls), h("div", { class: "maps" }, map),
      h("p", { class: "key" }, ...keys), h("div", { class: "folds" }, ...folds, numbers)));
  }
  bars(names) {
    this.answers = names.map(name => {
      const fill = h("div", { class: "fill" }), was = h("div", { class: "was" });
      return { name: h("span", {}, name), fill, was, share: h("span", { class: "share" }),
        track: h("div", { class: "track", "aria-hidden": "true" }, fill, was) };
    });
    return h("div", { class: "answers" }, h("p", { class: "head" }, this.say("answers")), h("div", { class: "bars" },
      ...this.answers.flatMap(({ name, track, share }) => [name, track, share])));
  }
  showBars(now, before) { // before: the shares of the run without a change, or null
    this.answers.forEach(({ name, fill, was, share }, k) => {
      fill.style.width = `${100 * now[k]}%`;
      was.style.display = before ? "" : "none";
      if (before) was.style.width = `${100 * before[k]}%`;
      share.textContent = `${Math.round(100 * now[k])} %`;
      name.classList.toggle("best", k === argmax(now) && !this.even(now));
    });
  }
  even(shares) { return Math.max(...shares) < 1 / shares.length + MARKED; }
  answer(shares) {
    const best = argmax(shares);
    const given = { answer: this.data.answers[best], share: Math.round(100 * shares[best]) };
    return this.say(this.even(shares) ? "even" : "answer", given);
  }
  tell(...sentences) { this.said.textContent = sentences.filter(Boolean).join(" "); }
  alt(text) {
    this.drawing.setAttribute("aria-label", text);
    this.drawing.querySelector("title").textContent = text;
  }
  table(caption, heads, rows, chosen) { // rows: a function that makes them, while they are seen
    if (!this.numbers.open) return;
    const cell = (tag, text, scope) => h(tag, scope ? { scope } : {}, text);
    const body = rows().map(([name, ...row], k) => h("tr", k === chosen ? { class: "chosen" } : {},
      cell("th", name, "row"), ...row.map(text => cell("td", text))));
    this.folded.replaceChildren(h("table", {}, h("caption", {}, caption),
      h("thead", {}, h("tr", {}, ...heads.map(text => cell("th", text, "col")))), h("tbody", {}, ...body)));
  }
  touch(map, chosen) { // a click on the map  →  chosen(x, y) in its units
    map.onclick = event => {
      const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
      chosen(x, y);
      this.update();
    };
    return map;
  }
}
const lessonLab = { LABS, Lab, MARKED, h, svg, set, sigmoid, times, plus, softmax, argmax, number, shaded, move };
addEventListener("hashchange", () => follow(location.hash, true));
document.addEventListener("click", event => { // the same link twice changes no hash
  const link = event.target.closest?.("a[href]");
  if (link && link.hash === location.hash && link.hash.startsWith("#lab:")) follow(link.hash, true);
});
