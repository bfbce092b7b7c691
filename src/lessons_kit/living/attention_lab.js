// Attention over a sentence: the reader asks, masks what may be seen, and exchanges words and values.
const { Lab, MARKED, h, svg, set, plus, times, softmax, argmax, number, move } = lessonLab;
const CELL = 26, TOP = 104, LEFT = 108; // of the map of weights
const dot = (a, b) => a.reduce((sum, x, j) => sum + x * b[j], 0);

class AttentionLab extends Lab {
  get T() { return this.data.sentence.length; }
  get d() { return this.data.params.W_k[0].length; }
  word(t) { return this.data.words[this.state.tokens[t]]; }
  reset() {
    const { query, sentence } = this.data;
    this.state = { query, own: null, place: 0, tokens: [...sentence], values: sentence.map((_, t) => t), shut: [], causal: false, padding: 0, scaled: true, unit: 0 };
  }
  get changed() {
    const { own, tokens, values, shut, causal, padding, scaled } = this.state;
    return own !== null || shut.length > 0 || causal || padding > 0 || !scaled || values.some((from, t) => from !== t)
      || tokens.some((token, t) => token !== this.data.sentence[t]);
  }

  build() {
    const { T, d } = this, say = (...given) => this.say(...given), places = Array.from({ length: T }, (_, t) => t);
    this.query = this.choice(say("query"), [...places.map(t => [t, t + 1]), ["own", say("own")]], value => this.choose(value));
    this.unit = this.choice(say("value number"), Array.from({ length: d }, (_, k) => [k, k + 1]), k => { this.state.unit = +k; });
    this.padding = this.choice(say("padding"), places.slice(0, -1).map(n => [n, n]), n => { this.state.padding = +n; });
    this.causal = this.tick(say("causal"), on => { this.state.causal = on; });
    this.scaled = this.tick(say("scale", { d }), on => { this.state.scaled = on; });
    this.toggles = places.map(t => this.button(`${t + 1}`, `${t + 1}`, () => this.toggle(t)));
    this.place = this.choice(say("word"), places.map(t => [t, t + 1]), t => { this.state.place = +t; });
    this.other = this.choice(say("be"), this.data.words.map((word, token) => [token, word]), token => { this.state.tokens[this.state.place] = +token; });
    this.value = this.choice(say("value of"), places.map(t => [t, t + 1]), t => { this.state.values[this.state.place] = +t; });
    const shift = by => () => { this.state.place = this.swap(this.state.tokens, this.state.place, by); };
    this.lay([
      this.row(this.query.node, this.scaled.node, this.causal.node, this.padding.node, this.resetButton()),
      this.row(h("span", { class: "head" }, say("words")), ...this.toggles),
      this.row(this.place.node, this.other.node, h("div", { class: "keys" }, this.button("⇠", say("earlier"), shift(-1)), this.button("⇢", say("later"), shift(1))),
        this.value.node, this.unit.node),
    ], this.map(), [["line", say("key line")], ["plus", say("key plus")], ["minus", say("key minus")], ["dial", say("key weight")],
      ["was", say("key was")], ["", say("key cross")]], this.dials());
    this.box.classList.add("high");
  }
  dials() { // one slider for each number of the query
    this.sliders = Array.from({ length: this.d }, (_, k) => {
      const shown = h("output", {});
      const slider = this.range(this.say("part", { k: k + 1 }), { min: -6, max: 6, step: 0.1 }, value => {
        if (this.state.own === null) this.choose("own");
        this.state.own[k] = value;
      });
      return { slider, shown, node: h("label", {}, h("i", {}, `q${k + 1}`), slider, shown) };
    });
    return h("details", {}, h("summary", {}, this.say("dial")), h("div", { class: "dials" }, ...this.sliders.map(one => one.node)));
  }
  choose(value) {
    if (value !== "own") Object.assign(this.state, { query: +value, own: null });
    else this.state.own = [...this.run().q[this.state.query]];
  }
  toggle(t) {
    const { shut } = this.state;
    this.state.shut = shut.includes(t) ? shut.filter(one => one !== t) : [...shut, t].sort();
  }

  map() {
    const { T } = this, label = given => svg("text", { "font-size": 13, ...given }), places = Array.from({ length: T }, (_, t) => t);
    this.tops = places.map(t => label({ transform: `translate(${LEFT + CELL * (t + 0.5) + 4.5} ${TOP - 6}) rotate(-90)` }));
    this.lefts = places.map(t => label({ x: LEFT - 6, y: TOP + CELL * (t + 0.5) + 4.5, "text-anchor": "end" }));
    this.cells = places.map(i => places.map(j => {
      const at = { x: LEFT + CELL * j + 1, y: TOP + CELL * i + 1, width: CELL - 2, height: CELL - 2 };
      const cross = svg("path", { d: `M${at.x + 8},${at.y + 8} l8,8 m0,-8 l-8,8`, stroke: "currentColor", "stroke-width": 1.5 });
      const was = svg("rect", { fill: "none", stroke: "currentColor" }), now = svg("rect", { fill: "var(--lesson-gate, #00856a)" });
      return { at, cross, now, was, back: svg("rect", { ...at, fill: "currentColor", "fill-opacity": 0.08 }) };
    }));
    this.line = svg("rect", { x: LEFT - 1, width: CELL * T + 2, height: CELL, rx: 4, fill: "none", stroke: "currentColor", "stroke-width": 2 });
    const all = this.cells.flat().flatMap(({ back, now, was, cross }) => [back, now, was, cross]);
    const map = svg("svg", { class: "map", viewBox: `0 0 ${LEFT + CELL * T + 2} ${TOP + CELL * T + 2}`, role: "img", "aria-label": this.say("weights map") },
      ...this.tops, ...this.lefts, ...all, this.line);
    return this.touch(map, (_, y) => this.choose(Math.min(Math.max(Math.floor((y - TOP) / CELL), 0), T - 1)));
  }

  apply(given) { // from a link: query=own or from 1; q=1,0,0,0; hide=2,5; causal=1; padding=2; scale=0; unit; w2=Spain; v2=6
    const list = text => text.split(",").map(Number), count = (text, most) => Number(text) >= 1 && Number(text) <= most;
    const { state, T, d } = this;
    for (const [name, value] of given) {
      const t = /^[wv]\d+$/.test(name) && count(name.slice(1), T) ? name.slice(1) - 1 : null, token = this.data.words.indexOf(value);
      if (name === "query" && count(value, T)) this.choose(value - 1);
      else if (name === "q" && list(value).length === d && list(value).every(Number.isFinite)) state.own = list(value);
      else if (name === "hide") state.shut = list(value).filter(one => count(one, T)).map(one => one - 1);
      else if (name === "causal") state.causal = value === "1";
      else if (name === "scale") state.scaled = value !== "0";
      else if (name === "padding" && Number(value) >= 0 && Number(value) < T - 1) state.padding = Number(value);
      else if (name === "unit" && count(value, d)) state.unit = value - 1;
      else if (t !== null && name[0] === "w" && token >= 0) { state.tokens[t] = token; state.place = t; }
      else if (t !== null && name[0] === "v" && count(value, T)) { state.values[t] = value - 1; state.place = t; }
    }
  }

  seen(i, j) {
    const { shut, causal, padding } = this.state;
    return !shut.includes(j) && j < this.T - padding && (!causal || j <= i);
  }
  look(q, i, k, v) { // one query at place i  →  scores, weights, context, shares of the answers
    const { W_y, b_y } = this.data.params, scale = this.state.scaled ? Math.sqrt(this.d) : 1;
    const scores = k.map(key => dot(q, key) / scale), open = scores.map((_, j) => this.seen(i, j));
    const left = softmax(scores.filter((_, j) => open[j])), weights = open.map(on => (on ? left.shift() : 0));
    const context = times(weights, v);
    return { scores, open, weights, context, shares: softmax(plus(times(context, W_y), b_y)) };
  }
  run() {
    const { tokens, values, own, query } = this.state, { E, P, W_q, W_k, W_v } = this.data.params;
    const e = tokens.map((token, t) => plus(E[token], P[t])), [q, k, own_v] = [W_q, W_k, W_v].map(W => e.map(one => times(one, W)));
    const v = values.map(t => own_v[t]), rows = q.map((one, i) => this.look(own && i === query ? own : one, i, k, v));
    return { q, k, v, rows };
  }

  show() {
    const { query, own, place, tokens, values, shut, causal, padding, scaled, unit } = this.state, { k, v, q, rows } = this.now, { changed, T } = this;
    const { scores, open, weights, context, shares } = rows[query], name = t => `${t + 1} ${this.word(t)}`;
    for (const { list } of [this.query, this.place, this.value])
      [...list.options].forEach((option, t) => { if (t < T) option.textContent = name(t); });
    this.query.list.value = own ? "own" : query;
    this.unit.list.value = unit;
    this.padding.list.value = padding;
    this.causal.box.checked = causal;
    this.scaled.box.checked = scaled;
    this.place.list.value = place;
    this.other.list.value = tokens[place];
    this.value.list.value = values[place];
    this.sliders.forEach(({ slider, shown }, j) => {
      slider.value = (own ?? q[query])[j];
      shown.textContent = number((own ?? q[query])[j]);
    });
    this.toggles.forEach((button, t) => {
      button.textContent = this.word(t);
      set(button, { "aria-pressed": String(!shut.includes(t)), "aria-label": this.word(t), title: this.say("may be seen") });
    });
    this.showMap(changed);
    const one = { context: context[unit] }, faded = new Set();
    let sum = 0;
    weights.forEach((a, j) => {
      sum += a * v[j][unit];
      Object.assign(one, { [`s${j + 1}`]: scores[j], [`a${j + 1}`]: a, [`v${j + 1}`]: v[j][unit], [`m${j + 1}`]: a * v[j][unit], [`p${j + 1}`]: sum });
      if (!open[j]) for (const part of ["key", "score", "weight", "mixed"]) faded.add(`${part}_${j + 1}`);
    });
    move(this.drawing, one, { ...this.words.drawn, context: this.say("part of context", { unit: unit + 1 }) }, faded);
    this.redraw(scaled);
    const word = own ? this.say("asked own") : this.word(query), best = argmax(weights);
    const numbers = weights.map((a, j) => `${this.word(j)} ${number(a, false)}`).join(", ");
    const looked = { word, best: this.word(best), share: Math.round(100 * weights[best]), seen: open.filter(Boolean).length, T };
    this.tell(this.say("answered", { answer: this.answer(shares) }), changed && this.say("before", { answer: this.answer(this.before.rows[query].shares) }),
      this.say(open.includes(true) ? "looked" : "nothing", looked), this.say("the value", { unit: unit + 1 }));
    this.alt(this.say("lookup drawing", { word, numbers, unit: unit + 1, context: number(context[unit]) }));
    this.showBars(shares, changed ? this.before.rows[query].shares : null);
    const vector = list => list.map(x => number(x)).join(" ");
    this.table(this.say("lookup table", { word }), ["word", "keys", "score", "mask", "weight", "values"].map(head => this.say(head)), () => [
      ...weights.map((a, j) => [this.word(j), vector(k[j]), number(scores[j], true, 4), this.say(open[j] ? "yes" : "no"), number(a, false, 4), vector(v[j])]),
      [this.say("context"), "", "", "", "", context.map(x => number(x, true, 4)).join(" ")]], own ? -1 : query);
  }
  redraw(scaled) { // the words of the rows, and what the boxes of the scores compute
    this.drawing.querySelectorAll('[data-part^="value_"][data-words] text').forEach((text, t) => { text.textContent = this.word(t); });
    this.drawing.querySelectorAll('[data-form="box"] text').forEach(text => { text.lastElementChild.textContent = scaled ? "/√d" : ""; });
  }
  showMap(changed) {
    const { query, own, tokens } = this.state;
    this.cells.forEach((row, i) => row.forEach(({ at, now, was, cross }, j) => {
      const weight = this.now.rows[i].weights[j], before = this.before.rows[i].weights[j];
      const bar = a => ({ y: (at.y + at.height * (1 - a)).toFixed(2), height: (at.height * a).toFixed(2) });
      set(now, { x: at.x + (changed ? at.width / 2 : 0), width: at.width / (changed ? 2 : 1), ...bar(weight) });
      set(was, { x: at.x + 0.5, width: at.width / 2 - 1, ...bar(before), visibility: changed ? "visible" : "hidden" });
      set(cross, { visibility: this.now.rows[i].open[j] ? "hidden" : "visible" });
    }));
    const bold = on => ({ "font-weight": on ? 700 : 400 }), line = t => ({ "text-decoration": tokens[t] === this.data.sentence[t] ? "none" : "underline" });
    this.tops.forEach((text, t) => { text.textContent = this.word(t); set(text, line(t)); });
    this.lefts.forEach((text, t) => { text.textContent = own && t === query ? this.say("own") : this.word(t); set(text, { ...bold(t === query), ...line(t) }); });
    set(this.line, { y: TOP + CELL * query });
  }
}
customElements.define("attention-lab", AttentionLab);
