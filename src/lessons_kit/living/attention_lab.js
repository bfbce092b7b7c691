// Attention over a sentence: the reader asks, and masks what may be seen.
const { Lab, h, svg, set, plus, times, softmax, argmax, number, move } = lessonLab;
const CELL = 26, TOP = 114, LEFT = 114; // of the map of weights
const dot = (a, b) => a.reduce((sum, x, j) => sum + x * b[j], 0);

class AttentionLab extends Lab {
  get T() { return this.data.words.length; }
  get d() { return this.data.k[0].length; }
  reset() {
    const { query, q } = this.data;
    this.state = { query, own: null, dial: [...q[query]], shut: new Set(), causal: false, padding: 0, scaled: true, unit: 0 };
  }

  build() {
    const { words, v } = this.data, say = (...given) => this.say(...given);
    this.query = this.choice(say("query"), [...words.map((word, t) => [t, `${t + 1} ${word}`]), ["own", say("own")]], value => this.choose(value));
    this.unit = this.choice(say("value number"), v[0].map((_, k) => [k, k + 1]), k => { this.state.unit = +k; });
    this.padding = this.choice(say("padding"), words.slice(1).map((_, n) => [n, n ? say("last", { n }) : say("none")]), n => { this.state.padding = +n; });
    this.causal = this.tick(say("causal"), on => { this.state.causal = on; });
    this.scaled = this.tick(say("scale", { d: this.d }), on => { this.state.scaled = on; });
    this.words_ = words.map((word, t) => h("button", { type: "button", onclick: () => { this.toggle(t); this.update(); } }, word));
    this.said = h("p", { class: "said", role: "status", "aria-live": "polite" });
    const bars = this.data.answers.length ? this.bars(this.data.answers) : null;
    this.showBars = bars ? bars[1] : () => {};
    this.box.append(
      ...(this.title_() ? [h("p", { class: "title" }, this.title_())] : []),
      h("div", { class: "row" }, this.query.node, this.scaled.node, this.unit.node), this.dials(),
      h("div", { class: "row", role: "group", "aria-label": say("words") }, h("span", {}, say("words")), ...this.words_),
      h("div", { class: "row" }, this.causal.node, this.padding.node, this.resetButton()),
      this.stage(this.map(), "weights key", this.said, ...(bars ? [bars[0]] : [])), this.folds());
  }
  tick(label, changed) {
    const box = h("input", { type: "checkbox", onchange: () => { changed(box.checked); this.update(); } });
    return { box, node: h("label", {}, box, label) };
  }
  dials() { // one slider for each number of the query
    this.sliders = this.state.dial.map((_, k) => {
      const name = this.say("part", { k: k + 1 }), shown = h("output", {});
      const slider = h("input", { type: "range", min: -6, max: 6, step: 0.1, "aria-label": name, oninput: () => {
        if (this.state.own === null) this.choose("own");
        this.state.dial[k] = +slider.value;
        this.update();
      } });
      return { slider, shown, node: h("label", {}, h("i", {}, `q${k + 1}`), slider, shown) };
    });
    return h("details", {}, h("summary", {}, this.say("dial")), h("div", { class: "dials" }, ...this.sliders.map(one => one.node)));
  }
  choose(value) {
    const { q } = this.data;
    if (value === "own") {
      this.state.dial = [...q[this.state.query]];
      this.state.own = true;
    } else {
      this.state.query = +value;
      this.state.own = null;
      this.state.dial = [...q[this.state.query]];
    }
  }
  toggle(t) { this.state.shut[this.state.shut.has(t) ? "delete" : "add"](t); }

  map() {
    const T = this.T, label = (word, given) => svg("text", { "font-size": 13, ...given }, word);
    this.tops = this.data.words.map((word, t) => label(word, { transform: `translate(${LEFT + CELL * (t + 0.5) + 4.5} ${TOP - 6}) rotate(-90)` }));
    this.lefts = this.data.words.map((word, t) => label(word, { x: LEFT - 6, y: TOP + CELL * (t + 0.5) + 4.5, "text-anchor": "end" }));
    this.grid = Array.from({ length: T }, (_, i) => Array.from({ length: T }, (_, j) => {
      const at = { x: LEFT + CELL * j + 1, y: TOP + CELL * i + 1, width: CELL - 2, height: CELL - 2 };
      const cross = svg("path", { d: `M${at.x + 8},${at.y + 8} l8,8 m0,-8 l-8,8`, stroke: "currentColor", "stroke-width": 1.5 });
      return { at, cross, mark: svg("rect", {}), back: svg("rect", { ...at, fill: "currentColor", "fill-opacity": 0.08 }) };
    }));
    this.row = svg("rect", { x: LEFT - 1, width: CELL * T + 2, height: CELL, rx: 4, fill: "none", stroke: "currentColor", "stroke-width": 2 });
    const all = this.grid.flat().flatMap(({ back, mark, cross }) => [back, mark, cross]);
    const map = svg("svg", { class: "map", viewBox: `0 0 ${LEFT + CELL * T + 2} ${TOP + CELL * T + 2}`, role: "img", "aria-label": this.say("weights map"),
      onclick: event => this.touched(event, map) }, ...this.tops, ...this.lefts, ...all, this.row);
    return map;
  }
  touched(event, map) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
    this.choose(Math.min(Math.max(Math.floor((at.y - TOP) / CELL), 0), this.T - 1));
    this.update();
  }

  apply(given) { // from a link: query=own or from 1; q=1,0,0,0; hide=2,5; causal=1; padding=2; scale=0; unit
    const list = text => text.split(",").map(Number), count = (text, most) => Number(text) >= 1 && Number(text) <= most;
    for (const [name, value] of given) {
      if (name === "query" && count(value, this.T)) this.choose(value - 1);
      else if (name === "q" && list(value).length === this.d && list(value).every(Number.isFinite)) { this.choose("own"); this.state.dial = list(value); }
      else if (name === "hide") list(value).filter(t => count(t, this.T)).forEach(t => this.state.shut.add(t - 1));
      else if (name === "causal") this.state.causal = value === "1";
      else if (name === "scale") this.state.scaled = value !== "0";
      else if (name === "padding" && Number(value) >= 0 && Number(value) < this.T - 1) this.state.padding = Number(value);
      else if (name === "unit" && count(value, this.data.v[0].length)) this.state.unit = value - 1;
    }
  }

  seen(i, j) {
    const { shut, causal, padding } = this.state;
    return !shut.has(j) && j < this.T - padding && (!causal || j <= i);
  }
  look(q, i) { // one query at place i  →  scores, weights, context
    const { k, v } = this.data, scale = this.state.scaled ? Math.sqrt(this.d) : 1;
    const scores = k.map(key => dot(q, key) / scale), open = scores.map((_, j) => this.seen(i, j));
    const left = softmax(scores.filter((_, j) => open[j])), weights = open.map(on => (on ? left.shift() : 0));
    return { scores, open, weights, context: v[0].map((_, n) => dot(weights, v.map(value => value[n]))) };
  }
  compute() {
    const { query, own, dial } = this.state, { q, W_y, b_y } = this.data;
    this.all = q.map((one, i) => this.look(one, i));
    this.values = own ? this.look(dial, query) : this.all[query];
    this.probabilities = W_y ? softmax(plus(times(this.values.context, W_y), b_y)) : [];
  }

  show() {
    const { query, own, dial, shut, causal, padding, scaled, unit } = this.state, { words, k, v } = this.data;
    const { scores, open, weights, context } = this.values;
    this.query.list.value = own ? "own" : query;
    this.unit.list.value = unit;
    this.padding.list.value = padding;
    this.causal.box.checked = causal;
    this.scaled.box.checked = scaled;
    this.sliders.forEach(({ slider, shown }, j) => {
      slider.value = dial[j];
      shown.textContent = number(dial[j]);
    });
    this.words_.forEach((button, t) => set(button, { "aria-pressed": String(!shut.has(t)) }));
    this.showMap();
    const one = { context: context[unit] }, faded = new Set();
    let sum = 0;
    weights.forEach((a, j) => {
      sum += a * v[j][unit];
      Object.assign(one, { [`s${j + 1}`]: scores[j], [`a${j + 1}`]: a, [`v${j + 1}`]: v[j][unit], [`m${j + 1}`]: a * v[j][unit], [`p${j + 1}`]: sum });
      if (!open[j]) for (const part of ["key", "score", "weight", "mixed"]) faded.add(`${part}_${j + 1}`);
    });
    move(this.drawing, one, this.words.drawn, faded);
    const word = own ? this.say("asked own") : words[query], best = argmax(weights);
    const numbers = words.map((name, j) => `${name} ${number(weights[j], false)}`).join(", ");
    this.said.textContent = open.includes(true)
      ? this.say("looked", { word, best: words[best], share: Math.round(100 * weights[best]), seen: open.filter(Boolean).length, T: this.T })
      : this.say("nothing", { word });
    if (this.probabilities.length) this.said.textContent += " " + this.say("asked", { answer: this.data.answers[argmax(this.probabilities)], share: Math.round(100 * Math.max(...this.probabilities)) });
    const alt = this.say("lookup drawing", { word, numbers, unit: unit + 1, context: number(context[unit]) });
    this.drawing.setAttribute("aria-label", alt);
    this.drawing.querySelector("title").textContent = alt;
    this.showBars(this.probabilities);
    const vector = list => list.map(x => number(x)).join(" ");
    const rows = words.map((name, j) => [name, vector(k[j]), number(scores[j], true, 4), this.say(open[j] ? "yes" : "no"), number(weights[j], false, 4), vector(v[j])]);
    rows.push([this.say("context"), "", "", "", "", context.map(x => number(x, true, 4)).join(" ")]);
    this.table(this.say("lookup table", { word }), ["word", "keys", "score", "mask", "weight", "values"].map(name => this.say(name)), rows, own ? -1 : query);
  }
  showMap() {
    const { query, own } = this.state;
    this.grid.forEach((row, i) => row.forEach(({ at, mark, cross }, j) => {
      const { open, weights } = own && i === query ? this.values : this.all[i], height = at.height * weights[j];
      set(mark, { x: at.x, width: at.width, y: (at.y + at.height - height).toFixed(2), height: height.toFixed(2), fill: "var(--lesson-gate, #00856a)" });
      set(cross, { visibility: open[j] ? "hidden" : "visible" });
    }));
    this.lefts.forEach((text, i) => set(text, { "font-weight": i === query ? 700 : 400 }));
    set(this.row, { y: TOP + CELL * query });
  }
}
customElements.define("attention-lab", AttentionLab);
