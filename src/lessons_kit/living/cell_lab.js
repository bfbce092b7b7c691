// A trained cell that steps through a sentence, as learned and with the reader's changes.
const { Lab, MARKED, h, svg, set, sigmoid, times, plus, softmax, argmax, number, shaded, move } = lessonLab;

// One step of each cell: parameters, token, state, held gates → every number that a drawing shows.
// held: letter of a gate → for each unit a value, or undefined where it is free
const each = (f, ...lists) => lists[0].map((_, k) => f(...lists.map(list => list[k])));
const product = (x, y) => x * y;
const gateOf = (held, name, a) => a.map((x, k) => held[name]?.[k] ?? sigmoid(x));
const KINDS = {
  rnn: {
    gates: {}, roads: ["h"], letters: ["a", "h"], memory: "h",
    step(p, token, { h: h_prev }) {
      const x = p.W_xh[token], memory = times(h_prev, p.W_hh), a = plus(x, memory, p.b_h);
      return { h_prev, x, memory, b: p.b_h, a, h: a.map(Math.tanh) };
    },
    back(p, { h }, dh) { // the gradient of the state after a step → that of the state before it
      const da = each((d, y) => d * (1 - y * y), dh, h);
      return p.W_hh.map(row => each(product, row, da).reduce((sum, x) => sum + x));
    },
  },
  lstm: {
    gates: { f: "forget gate", i: "input gate", o: "output gate" }, roads: ["c", "h"],
    letters: ["f", "i", "o", "g", "c", "h"], memory: "c", keeps: "f",
    step(p, token, { h: h_prev, c: c_prev }, held) {
      const a = p.W_xh.map((W, block) => plus(W[token], times(h_prev, p.W_hh[block]), p.b_h[block]));
      const i = gateOf(held, "i", a[0]), f = gateOf(held, "f", a[1]), o = gateOf(held, "o", a[3]);
      const g = a[2].map(Math.tanh), kept = each(product, f, c_prev), written = each(product, i, g);
      const c = plus(kept, written), tanh_c = c.map(Math.tanh);
      return { h_prev, c_prev, x: p.W_xh[2][token], i, f, g, o, kept, written, c, tanh_c, h: each(product, o, tanh_c) };
    },
  },
  gru: {
    gates: { r: "reset gate", z: "update gate" }, roads: ["h"], letters: ["r", "z", "n", "h"], memory: "h", keeps: "z",
    step(p, token, { h: h_prev }, held, { update_keeps, reset_after }) {
      const a = [0, 1].map(block => plus(p.W_xh[block][token], times(h_prev, p.W_hh[block]), p.b_h[block]));
      const r = gateOf(held, "r", a[0]), z = gateOf(held, "z", a[1]), rest = z.map(x => 1 - x);
      const recalled = reset_after ? plus(times(h_prev, p.W_hh[2]), p.b_hn) : h_prev;
      const reset = each(product, r, recalled), x = p.W_xh[2][token];
      const mixed = reset_after ? reset : times(reset, p.W_hh[2]);
      const n = plus(x, p.b_h[2], mixed).map(Math.tanh);
      const [keep, write] = update_keeps ? [z, rest] : [rest, z];
      return { h_prev, x, r, z, "1-z": rest, recalled, reset, mixed, n,
        h: each((k, w, old, fresh) => w * fresh + k * old, keep, write, h_prev, n) };
    },
  },
};
// the map: its width, the column of names, a row for one unit, a row of all units
const WIDTH = 300, LEFT = 68, ROW = 28, GAP = 5, UNIT = 11, DECADES = 8;

class CellLab extends Lab {
  get kind() { return KINDS[this.data.kind]; }
  get T() { return this.data.sentence.length; }
  get H() { return this.data.W_hy.length; }
  get keeps() { return this.data.update_keeps === false ? "1-z" : this.kind.keeps; }
  get top() { return 10 + 7 * Math.max(...this.data.words.map(word => word.length)); } // the line of words
  get wide() { return (WIDTH - LEFT - 2) / this.T; }
  reset() {
    const { sentence, step, unit } = this.data;
    this.state = { step, unit, only: null, from: 0, to: sentence.length - 1, held: {}, cut: [], tokens: [...sentence] };
    this.rest();
  }
  get changed() {
    const { held, cut, tokens } = this.state;
    return Object.keys(held).length + cut.length > 0 || tokens.some((token, t) => token !== this.data.sentence[t]);
  }

  build() {
    const { T, H, state } = this, say = (...given) => this.say(...given), go = by => () => this.go(this.state.step + by);
    const count = (n, name = k => k + 1) => Array.from({ length: n }, (_, k) => [k, name(k)]);
    this.slider = this.range(say("step"), { min: 1, max: T, value: state.step + 1 }, t => { this.state.step = t - 1; });
    this.player = this.button("▶", say("play"), () => (this.timer ? this.rest() : this.play()));
    this.word = this.choice(say("change", { t: 1 }), this.data.words.map((word, token) => [token, word]), token => {
      this.state.tokens[this.state.step] = +token;
    });
    const shift = by => () => { this.state.step = this.swap(this.state.tokens, this.state.step, by); };
    this.unit = this.choice(say("unit"), count(H), unit => { this.state.unit = +unit; });
    this.only = this.choice(say("only"), [["", say("all")], ...count(H, k => say("one unit", { unit: k + 1 }))],
      unit => { this.state.only = unit === "" ? null : +unit; });
    this.from = this.choice(say("from"), count(T), t => this.span(+t, this.state.to));
    this.to = this.choice(say("to"), count(T), t => this.span(this.state.from, +t));
    this.roads = Object.fromEntries(this.kind.roads.map(road => [road, this.tick(say("cut", { road }), () => this.sever(road))]));
    this.lay([
      this.row(h("div", { class: "keys" }, this.button("◀", say("back"), go(-1)), this.player, this.button("▶|", say("next"), go(1))),
        this.slider, this.word.node, h("div", { class: "keys" }, this.button("⇠", say("earlier"), shift(-1)), this.button("⇢", say("later"), shift(1)))),
      ...this.gates(),
      this.row(this.unit.node, ...Object.values(this.roads).map(one => one.node), this.only.node, this.from.node, this.to.node, this.resetButton()),
    ], this.map(), [["line", say("key line")], ["plus", say("key plus")], ["minus", say("key minus")],
      ...(this.holds.length ? [["dial", say("key dial")]] : []), ["was", say("key was")], ["other", say("key other")]]);
  }
  gates() { // for each gate a box to hold it and a slider for its value; touching the slider holds it
    this.holds = Object.entries(this.kind.gates).map(([letter, label]) => {
      const gate = this.say(label), shown = h("output", {});
      const hold = this.tick(this.say("hold", { gate: this.say(`short ${letter}`) }), on => this.hold(letter, on ? +slider.value : NaN));
      const slider = this.range(gate, { min: 0, max: 1, step: 0.01 }, value => this.hold(letter, value));
      return { letter, hold, slider, shown, node: h("div", { class: "gate" }, hold.node, slider, shown) };
    });
    return this.holds.length ? [h("div", { class: "gates" }, ...this.holds.map(one => one.node))] : [];
  }
  hold(letter, value) {
    if (value >= 0 && value <= 1) this.state.held[letter] = value;
    else delete this.state.held[letter];
  }
  sever(road, on = !this.state.cut.includes(road)) {
    this.state.cut = this.kind.roads.filter(one => (one === road ? on : this.state.cut.includes(one)));
  }
  span(from, to) { Object.assign(this.state, { from: Math.min(from, to), to: Math.max(from, to) }); }

  map() { // for the chosen unit a row for each gate and state; below, the memory of all units
    const { kind, T, H, wide, top: TOP } = this;
    const text = (at, words = "") => svg("text", { "font-size": 13, ...at }, words), rect = given => svg("rect", given);
    const back = (y, height) => rect({ x: LEFT, y, width: wide * T, height, fill: "currentColor", "fill-opacity": 0.06 });
    const names = [...Object.keys(kind.gates), ...kind.roads, ...(this.keeps || kind.back ? ["left"] : [])], body = [];
    let y = TOP;
    this.rows = names.map(name => {
      const row = { name, y, marks: Array.from({ length: T }, () => ({ was: rect({}), now: rect({}), dot: svg("circle", { r: 2.4, fill: "currentColor" }) })) };
      const zero = kind.roads.includes(name) ? [svg("path", { d: `M${LEFT},${y + ROW / 2}h${wide * T}`, stroke: "currentColor", "stroke-opacity": 0.4 })] : [];
      row.head = text({ x: LEFT - 6, y: y + ROW / 2 + 5, "text-anchor": "end" }, this.say(`row ${name === "left" && !this.keeps ? "gradient" : name}`, { memory: kind.memory }));
      body.push(back(y, ROW), ...zero, row.head, ...row.marks.flatMap(mark => Object.values(mark)));
      y += ROW + GAP;
      return row;
    });
    body.push(back(y, UNIT * H), text({ x: LEFT - 6, y: y + UNIT * H / 2 + 5, "text-anchor": "end" }, this.say("row units", { memory: kind.memory })));
    this.units = { y, marks: Array.from({ length: H }, () => Array.from({ length: T }, () => rect({}))) };
    this.chosen = rect({ x: LEFT - 1, width: wide * T + 2, height: UNIT, rx: 2, fill: "none", stroke: "currentColor" });
    y += UNIT * H;
    this.names = this.data.sentence.map((_, t) => text({ transform: `translate(${LEFT + wide * (t + 0.5) + 4.5} ${TOP - 5}) rotate(-90)` }));
    this.column = rect({ y: TOP - 2, width: wide, height: y - TOP + 4, rx: 3, fill: "none", stroke: "currentColor", "stroke-width": 2 });
    this.range_ = rect({ y: TOP - 4, height: 3, fill: "var(--lesson-gate, #00856a)" });
    const map = svg("svg", { class: "map", viewBox: `0 0 ${WIDTH} ${y + 4}`, role: "img", "aria-label": this.say("map", { memory: kind.memory }) },
      ...this.names, ...body, ...this.units.marks.flat(), this.chosen, this.range_, this.column);
    return this.touch(map, (x, y) => {
      const unit = Math.floor((y - this.units.y) / UNIT);
      if (unit >= 0 && unit < H) this.state.unit = unit;
      this.go(Math.floor((x - LEFT) / wide));
    });
  }

  go(step) {
    this.state.step = Math.min(Math.max(step, 0), this.T - 1);
    this.update();
  }
  play() {
    if (this.state.step === this.T - 1) this.state.step = -1;
    const on = () => {
      this.go(this.state.step + 1);
      if (this.state.step === this.T - 1) this.rest();
    };
    this.said.setAttribute("aria-live", "off"); // no word for every step while it plays
    this.timer = setInterval(on, 900);
    this.shown(true);
    on();
  }
  rest() {
    clearInterval(this.timer);
    this.timer = null;
    if (!this.player) return;
    this.said.setAttribute("aria-live", "polite");
    this.shown(false);
  }
  shown(playing) {
    const name = this.say(playing ? "pause" : "play");
    set(this.player, { "aria-label": name, title: name });
    this.player.textContent = playing ? "❚❚" : "▶";
  }

  apply(given) { // from a link: places and units count from 1; w5=Japan replaces word 5
    const place = (text, most) => (Number(text) >= 1 && Number(text) <= most ? Number(text) - 1 : null);
    const { T, H, state } = this, from = place(given.get("from") || 1, T), to = place(given.get("to") || T, T);
    if (from !== null && to !== null) this.span(from, to);
    for (const [name, value] of given) {
      const word = /^w\d+$/.test(name) ? place(name.slice(1), T) : null, token = this.data.words.indexOf(value);
      if (name === "step") state.step = place(value, T) ?? state.step;
      else if (name === "unit") state.unit = place(value, H) ?? state.unit;
      else if (name === "only") state.only = place(value, H);
      else if (name === "cut") value.split(",").filter(road => this.kind.roads.includes(road)).forEach(road => this.sever(road, true));
      else if (name in this.kind.gates) this.hold(name, Number(value));
      else if (word !== null && token >= 0) state.tokens[word] = token;
    }
  }

  run() { // the sentence with all that is held or cut  →  values of each word, shares of the answers
    const { held, cut, from, to, only, tokens } = this.state, { params, W_hy, b_y } = this.data, { kind, H } = this;
    const zero = new Array(H).fill(0), meant = k => only === null || k === only;
    const holds = Object.fromEntries(Object.entries(held).map(([name, value]) => [name, zero.map((_, k) => (meant(k) ? value : undefined))]));
    let last = Object.fromEntries(kind.roads.map(name => [name, zero]));
    const steps = tokens.map((token, t) => {
      const on = t >= from && t <= to, state = { ...last };
      for (const name of on ? cut : []) state[name] = state[name].map((x, k) => (meant(k) ? 0 : x));
      last = kind.step(params, token, state, on ? holds : {}, this.data);
      return last;
    });
    return { steps, shares: steps.map(value => softmax(plus(times(value.h, W_hy), b_y))) };
  }
  get base() { return Math.max(this.state.from - 1, 0); } // the last word before what is held
  left({ steps, shares }, on) { // for each word: how much is left of the memory after the word `base`
    const { from, to, step, unit, only, cut } = this.state, { kind, keeps, base } = this;
    if (keeps) {
      let share = 1;
      return steps.map((value, t) => (t < base ? 0 : t === base ? 1 : (share *= value[keeps][unit])));
    }
    // without gates: the gradient of the answer at the chosen word, back to the state after each word
    const { W_hy, params } = this.data, best = argmax(shares[step]), K = shares[step].length;
    let d = W_hy.map(row => row[best] - row.reduce((sum, x) => sum + x) / K);
    const sizes = new Array(this.T).fill(0), whole = Math.hypot(...d);
    for (let t = step; t >= 0; t--) {
      sizes[t] = Math.hypot(...d) / whole;
      d = kind.back(params, steps[t], d);
      if (on && cut.includes("h") && t >= from && t <= to) d = d.map((x, k) => (only === null || k === only ? 0 : x));
    }
    return sizes;
  }

  show() {
    const { step, unit, held, tokens, from, to, only, cut } = this.state, { words } = this.data, { T } = this, word = words[tokens[step]];
    set(this.slider, { "aria-valuetext": `${step + 1}: ${word}` });
    this.slider.value = step + 1;
    this.word.name(this.say("change", { t: step + 1 }));
    this.word.list.value = tokens[step];
    this.unit.list.value = unit;
    this.only.list.value = only ?? "";
    this.from.list.value = from;
    this.to.list.value = to;
    for (const road in this.roads) this.roads[road].box.checked = cut.includes(road);
    const at = this.now.steps[step], one = Object.fromEntries(Object.entries(at).map(([name, list]) => [name, list[unit]]));
    for (const { letter, hold, slider, shown } of this.holds) {
      hold.box.checked = letter in held;
      slider.value = held[letter] ?? one[letter];
      shown.textContent = number(held[letter] ?? one[letter], false);
    }
    const here = step >= from && step <= to && (only === null || only === unit);
    const dials = [...this.drawing.querySelectorAll('[data-form="dial"]')].filter(g => here && g.dataset.value in held);
    move(this.drawing, one, this.words.drawn, new Set(), new Set(dials.map(g => g.dataset.part)));
    const changed = this.changed, { shares } = this.now;
    this.showMap(changed);
    this.showBars(shares[step], changed ? this.before.shares[step] : null);
    const where = { t: step + 1, T, word, unit: unit + 1 }, letters = [...Object.keys(this.kind.gates), ...this.kind.roads];
    const numbers = letters.map(name => `${name} ${number(one[name], !(name in this.kind.gates))}`).join(", ");
    this.tell(this.say("asked", { t: step + 1, word, answer: this.answer(shares[step]) }),
      changed && this.say("before", { answer: this.answer(this.before.shares[step]) }), ...this.notes(), this.say("said", { ...where, numbers }));
    this.alt(this.say("drawing", { ...where, numbers }));
    const all = this.kind.letters, signed = all.map(name => !(name in this.kind.gates));
    this.table(this.say("table", where), [this.say("unit"), ...all],
      () => at.h.map((_, k) => [k + 1, ...all.map((name, j) => number(at[name][k], signed[j], 4))]), unit);
  }
  notes() { // what is held and cut, where, and what a share kept at each word comes to
    const { step, held, cut, from, to, only } = this.state, capital = text => text[0].toUpperCase() + text.slice(1);
    const whole = from === 0 && to === this.T - 1;
    const where = (only === null ? "" : this.say("in unit", { unit: only + 1 })) + (whole ? "" : this.say(from === to ? "at word" : "at words", { from: from + 1, to: to + 1 }));
    const notes = Object.entries(held).map(([name, value]) => capital(this.say("held", { gate: this.say(this.kind.gates[name]), value, where })));
    const f = held[this.keeps], t = Math.min(step, to), n = t - this.base;
    if (f > 0 && f < 1 && n > 0) notes.push(this.say("decay", { f, base: this.base + 1, t: t + 1, k: String(n).replace(/\d/g, d => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]), left: (f ** n).toPrecision(2) }));
    return [...notes, ...cut.map(road => this.say("severed", { road, where }))];
  }
  showMap(changed) {
    const { step, unit, tokens, from, to, held, cut } = this.state, { kind, wide } = this;
    this.names.forEach((name, t) => {
      name.textContent = this.data.words[tokens[t]];
      set(name, { "font-weight": t === step ? 700 : 400, "text-decoration": tokens[t] === this.data.sentence[t] ? "none" : "underline" });
    });
    set(this.column, { x: LEFT + wide * step });
    set(this.range_, { x: LEFT + wide * from, width: wide * (to - from + 1), visibility: Object.keys(held).length + cut.length ? "visible" : "hidden" });
    for (const { name, y, marks } of this.rows) {
      const series = ["before", "now"].map((run, on) => (name === "left" ? this.left(this[run], on) : this[run].steps.map(value => value[name][unit])));
      const state = kind.roads.includes(name), logs = name === "left" && !this.keeps;
      const full = state ? Math.max(1, ...series.flat().map(Math.abs)) : 1;
      const shown = x => (logs ? Math.max(0, 1 + Math.log10(x || 1e-99) / DECADES) : x / full);
      marks.forEach(({ was, now, dot }, t) => {
        const [a, b] = series.map(list => shown(list[t])), x = LEFT + wide * t + 1.5, room = wide - 3;
        const gate = state ? null : "var(--lesson-gate, #00856a)";
        this.bar(was, a, x, y, room / 2 - 0.5, state, "none", "currentColor", changed);
        this.bar(now, b, changed ? x + room / 2 : x, y, changed ? room / 2 : room, state, gate || shaded(b), "none", true);
        set(dot, { cx: x + room / 2, cy: y + 1, visibility: changed && Math.abs(a - b) >= MARKED ? "visible" : "hidden" });
      });
    }
    this.showUnits();
  }
  bar(mark, share, x, y, width, state, fill, stroke, seen) { // gates stand on the ground, states on the middle
    const room = state ? ROW / 2 - 1 : ROW - 1, height = room * Math.min(Math.abs(share), 1), ground = y + (state ? ROW / 2 : ROW);
    set(mark, { x: x.toFixed(2), y: (ground - (share < 0 ? 0 : height)).toFixed(2), width: width.toFixed(2), height: height.toFixed(2),
      fill, stroke, visibility: seen ? "visible" : "hidden" });
  }
  showUnits() { // squares: filled where positive, hollow where negative
    const { wide, kind: { memory } } = this, full = Math.max(1, ...this.now.steps.flatMap(value => value[memory].map(Math.abs)));
    set(this.chosen, { y: this.units.y + UNIT * this.state.unit });
    this.units.marks.forEach((row, k) => row.forEach((mark, t) => {
      const x = this.now.steps[t][memory][k], side = (UNIT - 2) * Math.sqrt(Math.abs(x) / full), hollow = x < 0 ? Math.min(1.6, side / 2) : 0, inner = side - hollow;
      set(mark, { x: (LEFT + wide * (t + 0.5) - inner / 2).toFixed(2), y: (this.units.y + UNIT * (k + 0.5) - inner / 2).toFixed(2),
        width: inner.toFixed(2), height: inner.toFixed(2), fill: hollow ? "none" : shaded(x), stroke: hollow ? shaded(x) : "none", "stroke-width": hollow });
    }));
  }
}
customElements.define("cell-lab", CellLab);
