// A trained cell that steps through a sentence.
const { Lab, h, svg, set, sigmoid, times, plus, softmax, argmax, number, shaded, move } = lessonLab;

// One step of each cell: parameters, token, state, held gates → every number that a drawing shows
const gateOf = (held, name, a) => a.map(x => held[name] ?? sigmoid(x));
const each = (f, ...lists) => lists[0].map((_, k) => f(...lists.map(list => list[k])));
const KINDS = {
  rnn: {
    gates: {}, states: ["h"], letters: ["a", "h"],
    step(p, token, { h: h_prev }) {
      const x = p.W_xh[token], memory = times(h_prev, p.W_hh), a = plus(x, memory, p.b_h);
      return { h_prev, x, memory, b: p.b_h, a, h: a.map(Math.tanh) };
    },
  },
  lstm: {
    gates: { f: "forget gate", i: "input gate", o: "output gate" }, states: ["c", "h"],
    letters: ["f", "i", "o", "g", "c", "h"],
    step(p, token, { h: h_prev, c: c_prev }, held) {
      const a = p.W_xh.map((W, block) => plus(W[token], times(h_prev, p.W_hh[block]), p.b_h[block]));
      const i = gateOf(held, "i", a[0]), f = gateOf(held, "f", a[1]), o = gateOf(held, "o", a[3]);
      const g = a[2].map(Math.tanh), kept = each((x, y) => x * y, f, c_prev);
      const written = each((x, y) => x * y, i, g), c = plus(kept, written), tanh_c = c.map(Math.tanh);
      return { h_prev, c_prev, x: p.W_xh[2][token], i, f, g, o, kept, written, c, tanh_c,
        h: each((x, y) => x * y, o, tanh_c) };
    },
  },
  gru: {
    gates: { r: "reset gate", z: "update gate" }, states: ["h"], letters: ["r", "z", "n", "h"],
    step(p, token, { h: h_prev }, held, { update_keeps, reset_after }) {
      const a = [0, 1].map(block => plus(p.W_xh[block][token], times(h_prev, p.W_hh[block]), p.b_h[block]));
      const r = gateOf(held, "r", a[0]), z = gateOf(held, "z", a[1]), rest = z.map(x => 1 - x);
      const recalled = reset_after ? plus(times(h_prev, p.W_hh[2]), p.b_hn) : h_prev;
      const reset = each((x, y) => x * y, r, recalled), x = p.W_xh[2][token];
      const mixed = reset_after ? reset : times(reset, p.W_hh[2]);
      const n = plus(x, p.b_h[2], mixed).map(Math.tanh);
      const [keep, write] = update_keeps ? [z, rest] : [rest, z];
      return { h_prev, x, r, z, "1-z": rest, recalled, reset, mixed, n,
        h: each((k, w, old, fresh) => w * fresh + k * old, keep, write, h_prev, n) };
    },
  },
};
const TOP = 114, LEFT = 18, WIDE = 26, HIGH = 13, HEAD = 20; // of the heat-map

class CellLab extends Lab {
  get kind() { return KINDS[this.data.kind]; }
  reset() {
    const { sentence, step, unit } = this.data;
    this.state = { step, unit, held: {}, clear: null, tokens: [...sentence] };
    this.rest();
  }

  build() {
    const T = this.data.sentence.length, say = (...given) => this.say(...given);
    const key = (name, sign, f) => h("button", { type: "button", "aria-label": say(name), title: say(name), onclick: f }, sign);
    this.slider = h("input", { type: "range", min: 1, max: T, "aria-label": say("step"), oninput: () => this.go(this.slider.value - 1) });
    this.player = key("play", "▶", () => (this.timer ? this.rest() : this.play()));
    this.word = this.choice(say("change", { t: 1 }), this.data.words.map((word, token) => [token, word]), token => {
      this.state.tokens[this.state.step] = +token;
    });
    const units = this.data.b_h.map((_, k) => [k, k + 1]);
    this.unit = this.choice(say("unit"), units, unit => { this.state.unit = +unit; });
    this.said = h("p", { class: "said", role: "status", "aria-live": "polite" });
    const [bars, showBars] = this.bars(this.data.answers);
    this.showBars = showBars;
    this.box.append(
      ...(this.title_() ? [h("p", { class: "title" }, this.title_())] : []),
      h("div", { class: "row" }, h("div", { class: "keys" },
        key("back", "◀", () => this.go(this.state.step - 1)), this.player, key("next", "▶|", () => this.go(this.state.step + 1))),
        this.slider, this.word.node),
      h("div", { class: "row" }, this.unit.node, ...this.controls(), this.resetButton()),
      this.stage(this.map(), Object.keys(this.kind.gates).length ? "key" : "key states", this.said, bars),
      this.folds());
  }
  controls() { // a choice for each gate; without gates, when to clear the state
    this.holds = {};
    for (const [name, label] of Object.entries(this.kind.gates)) {
      const options = [["", this.say("learned")], [0, this.say("zero")], [1, this.say("one")]];
      this.holds[name] = this.choice(this.say(label), options, value => this.hold(name, value));
    }
    const all = Object.values(this.holds);
    if (!all.length) {
      const places = this.data.sentence.map((_, t) => [t, this.say("before", { t: t + 1 })]);
      this.clear = this.choice(this.say("clear"), [["", this.say("never")], ...places],
        t => { this.state.clear = t === "" ? null : +t; });
      all.push(this.clear);
    }
    return all.map(one => one.node);
  }
  hold(name, value) {
    if (value === "0" || value === "1") this.state.held[name] = +value;
    else delete this.state.held[name];
  }

  map() { // one rectangle for each unit, step and row, drawn once and then only changed
    const T = this.data.sentence.length, H = this.data.b_h.length;
    this.cells = {};
    this.heads = {};
    const body = [];
    let y = TOP;
    for (const name of [...Object.keys(this.kind.gates), ...this.kind.states]) {
      this.heads[name] = svg("text", { x: LEFT, y: y + 14, "font-size": 13 });
      body.push(this.heads[name]);
      y += HEAD;
      this.cells[name] = Array.from({ length: H }, (_, k) => {
        body.push(svg("text", { x: LEFT - 5, y: y + HIGH * k + 10.5, "font-size": 10.5, "text-anchor": "end" }, `${k + 1}`));
        return Array.from({ length: T }, (_, t) => {
          const at = { x: LEFT + WIDE * t + 1, y: y + HIGH * k + 1, width: WIDE - 2, height: HIGH - 2 };
          const mark = svg("rect", {});
          body.push(svg("rect", { ...at, fill: "currentColor", "fill-opacity": 0.08 }), mark);
          return { mark, at };
        });
      });
      y += HIGH * H + 6;
    }
    this.names = this.data.sentence.map((_, t) => svg("text", { "font-size": 13,
      transform: `translate(${LEFT + WIDE * (t + 0.5) + 4.5} ${TOP - 6}) rotate(-90)` }));
    this.column = svg("rect", { y: TOP + 2, width: WIDE, height: y - TOP - 4, rx: 4, fill: "none", stroke: "currentColor", "stroke-width": 2 });
    this.rows = Object.keys(this.cells).map(() => svg("rect", { x: LEFT - 1, width: WIDE * T + 2, height: HIGH, rx: 3, fill: "none", stroke: "currentColor", "stroke-width": 1 }));
    const map = svg("svg", { class: "map", viewBox: `0 0 ${LEFT + WIDE * T + 2} ${y}`, role: "img", "aria-label": this.say("map"),
      onclick: event => this.touched(event, map) }, ...this.names, ...body, ...this.rows, this.column);
    return map;
  }
  touched(event, map) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
    const t = Math.floor((at.x - LEFT) / WIDE);
    for (const rows of Object.values(this.cells)) rows.forEach((row, k) => {
      if (at.y >= row[0].at.y - 1 && at.y < row[0].at.y + HIGH - 1) this.state.unit = k;
    });
    this.go(Math.min(Math.max(t, 0), this.data.sentence.length - 1));
  }

  go(step) {
    this.state.step = Math.min(Math.max(step, 0), this.data.sentence.length - 1);
    this.update();
  }
  play() {
    if (this.state.step === this.data.sentence.length - 1) this.state.step = -1;
    const on = () => {
      this.go(this.state.step + 1);
      if (this.state.step === this.data.sentence.length - 1) this.rest();
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

  apply(given) { // from a link: step and unit count from 1, w5=Japan replaces word 5
    const T = this.data.sentence.length, H = this.data.b_h.length;
    for (const [name, value] of given) {
      const place = Number(name.slice(1)), count = Number(value), token = this.data.words.indexOf(value);
      if (name === "step" && count >= 1 && count <= T) this.state.step = count - 1;
      else if (name === "unit" && count >= 1 && count <= H) this.state.unit = count - 1;
      else if (name === "clear" && count >= 1 && count <= T && !Object.keys(this.kind.gates).length) this.state.clear = count - 1;
      else if (name in this.kind.gates) this.hold(name, value);
      else if (/^w\d+$/.test(name) && token >= 0 && place >= 1 && place <= T) this.state.tokens[place - 1] = token;
    }
  }

  compute() {
    const { held, clear, tokens } = this.state, { params, W_hy, b_y } = this.data;
    const zero = this.data.b_h.map(() => 0), empty = Object.fromEntries(this.kind.states.map(name => [name, zero]));
    let last = empty;
    this.values = tokens.map((token, t) => {
      last = this.kind.step(params, token, t === clear ? empty : last, held, this.data);
      return last;
    });
    this.probabilities = this.values.map(value => softmax(plus(times(value.h, W_hy), b_y)));
  }

  show() {
    const { step, unit, held, tokens, clear } = this.state, words = this.data.words, T = tokens.length;
    this.slider.value = step + 1;
    this.slider.setAttribute("aria-valuetext", `${step + 1}: ${words[tokens[step]]}`);
    const change = this.say("change", { t: step + 1 });
    this.word.text.textContent = change;
    this.word.list.setAttribute("aria-label", change);
    this.word.list.value = tokens[step];
    this.unit.list.value = unit;
    for (const name in this.holds) this.holds[name].list.value = held[name] ?? "";
    if (this.clear) this.clear.list.value = clear ?? "";
    this.showMap();
    const at = this.values[step], one = Object.fromEntries(Object.entries(at).map(([name, list]) => [name, list[unit]]));
    const cut = new Set([...this.drawing.querySelectorAll('[data-form="dial"]')]
      .filter(g => g.dataset.value in held).map(g => g.dataset.part));
    move(this.drawing, one, this.words.drawn, new Set(), cut);
    this.describe(one, { t: step + 1, T, word: words[tokens[step]], unit: unit + 1 });
    this.showBars(this.probabilities[step]);
    const letters = this.kind.letters, signed = letters.map(name => !(name in this.kind.gates));
    const rows = at.h.map((_, k) => [k + 1, ...letters.map((name, j) => number(at[name][k], signed[j], 4))]);
    this.table(this.say("table", { t: step + 1, word: words[tokens[step]] }), [this.say("unit"), ...letters], rows, unit);
  }
  describe(one, where) {
    const { step, held, clear } = this.state, shares = this.probabilities[step], best = argmax(shares);
    const letters = [...Object.keys(this.kind.gates), ...this.kind.states];
    const numbers = letters.map(name => `${name} ${number(one[name], !(name in this.kind.gates))}`).join(", ");
    const notes = Object.entries(held).map(([name, value]) => {
      const gate = this.say(this.kind.gates[name]);
      return this.say("held", { gate: gate[0].toUpperCase() + gate.slice(1), value });
    });
    if (clear !== null) notes.push(this.say("cleared", { t: clear + 1 }));
    const answer = this.say("asked", { answer: this.data.answers[best], share: Math.round(100 * shares[best]) });
    this.said.textContent = [this.say("said", { ...where, numbers }), answer, ...notes].join(" ");
    const alt = this.say("drawing", { ...where, numbers });
    this.drawing.setAttribute("aria-label", alt);
    this.drawing.querySelector("title").textContent = alt;
  }
  showMap() {
    const { step, unit, held, tokens } = this.state, gates = this.kind.gates;
    this.names.forEach((name, t) => {
      name.textContent = this.data.words[tokens[t]];
      name.setAttribute("font-weight", t === step ? 700 : 400);
    });
    set(this.column, { x: LEFT + WIDE * step });
    Object.entries(this.cells).forEach(([name, rows], place) => {
      const label = gates[name] ? `${this.say(gates[name])} ${name}` : this.say(name === "c" ? "cell state" : "hidden state");
      this.heads[name].textContent = name in held ? `${label}: ${this.say(held[name] ? "one" : "zero")}` : label;
      set(this.rows[place], { y: rows[unit][0].at.y - 1 });
      const full = Math.max(1, ...this.values.flatMap(value => value[name].map(Math.abs)));
      rows.forEach((row, k) => row.forEach(({ mark, at }, t) => {
        const x = this.values[t][name][k];
        if (gates[name]) this.bar(mark, at, x);
        else this.square(mark, at, x, full);
      }));
    });
  }
  bar(mark, at, x) {
    const height = at.height * x;
    set(mark, { x: at.x, width: at.width, y: (at.y + at.height - height).toFixed(2), height: height.toFixed(2), fill: "var(--lesson-gate, #00856a)" });
  }
  square(mark, at, x, full) {
    const side = at.height * Math.sqrt(Math.abs(x) / full), hollow = x < 0 ? Math.min(1.8, side / 2) : 0, inner = side - hollow;
    set(mark, { x: (at.x + at.width / 2 - inner / 2).toFixed(2), y: (at.y + at.height / 2 - inner / 2).toFixed(2),
      width: inner.toFixed(2), height: inner.toFixed(2), fill: hollow ? "none" : shaded(x), stroke: hollow ? shaded(x) : "none", "stroke-width": hollow });
  }
}
customElements.define("cell-lab", CellLab);
