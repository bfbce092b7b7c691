// The reach lab of the first page: small trained networks read fresh sentences in the browser.
// The still table of the page (tools/site/reach.py) comes alive when the weights have arrived, and
// those are asked for after the text.  Arrays are flat, in the order of the library's shapes.
(() => {
  const COUNT = 100, SLICE = 6; // sentences; milliseconds at a time
  const TINY = 1e-25, START = 1; // a gradient below is flushed, as in the library; the country's place

  // y (n) += x (m) W (m, n), W from `at` on
  const add = (y, x, W, at, m, n) => {
    for (let j = 0; j < m; j++) {
      const xj = x[j];
      for (let k = 0, w = at + j * n; k < n; k++, w++) y[k] += xj * W[w];
    }
  };
  // x (m) += W (m, n) y (n), W from `at` on
  const back = (x, y, W, at, m, n) => {
    for (let j = 0, w = at; j < m; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++, w++) sum += W[w] * y[k];
      x[j] += sum;
    }
  };
  const sigmoid = (a) => 0.5 + 0.5 * Math.tanh(0.5 * a);
  const floats = (n) => new Float64Array(n);
  const row = (all, t, n) => all.subarray(t * n, (t + 1) * n);
  const tiny = (v) => v.every((x) => Math.abs(x) < TINY);
  const top = (y) => y.indexOf(Math.max(...y));

  // What a gate or a candidate reads, before its activation: block g of W_xh, W_hh and b_h.
  const read = (net, g, token, h) => {
    const { D, H, p } = net, a = floats(H), x = (g * D + token) * H;
    for (let k = 0; k < H; k++) a[k] = p.W_xh[x + k] + p.b_h[g * H + k];
    add(a, h, p.W_hh, g * H * H, H, H);
    return a;
  };
  const shown = (net, h) => {
    const y = Float64Array.from(net.p.b_y);
    add(y, h, net.p.W_hy, 0, net.H, net.K);
    return y;
  };
  // ∂score of answer k / ∂h at the end
  const asked = ({ p, H, K }, k) => Float64Array.from({ length: H }, (_, j) => p.W_hy[j * K + k]);

  // Each kind: names and shapes of its arrays; step; and the way back from (dh, dc) over one step,
  // which returns ∂score/∂a of every block.
  const kinds = {
    RNN: {
      blocks: 1,
      step(net, token, s) {
        return { h: read(net, 0, token, s.h).map(Math.tanh) };
      },
      back(net, now, before, d) {
        const da = d.h.map((x, k) => x * (1 - now.h[k] ** 2)), dh = floats(net.H);
        back(dh, da, net.p.W_hh, 0, net.H, net.H);
        return { da: [da], h: dh };
      },
    },
    LSTM: {
      blocks: 4,
      step(net, token, s) {
        const [i, f, g, o] = [0, 1, 2, 3].map((n) => read(net, n, token, s.h)
          .map(n === 2 ? Math.tanh : sigmoid));
        const c = f.map((x, k) => x * s.c[k] + i[k] * g[k]), tc = c.map(Math.tanh);
        return { i, f, g, o, c, tc, h: o.map((x, k) => x * tc[k]) };
      },
      back(net, { i, f, g, o, tc }, before, d) {
        const dc = d.c.map((x, k) => x + d.h[k] * o[k] * (1 - tc[k] ** 2)), dh = floats(net.H);
        const da = [
          dc.map((x, k) => x * g[k] * i[k] * (1 - i[k])),
          dc.map((x, k) => x * before.c[k] * f[k] * (1 - f[k])),
          dc.map((x, k) => x * i[k] * (1 - g[k] ** 2)),
          d.h.map((x, k) => x * tc[k] * o[k] * (1 - o[k])),
        ];
        da.forEach((a, n) => back(dh, a, net.p.W_hh, n * net.H ** 2, net.H, net.H));
        return { da, h: dh, c: dc.map((x, k) => x * f[k]) };
      },
    },
    GRU: {
      blocks: 3,
      step(net, token, s) {
        const { H, D, p } = net, r = read(net, 0, token, s.h).map(sigmoid);
        const z = read(net, 1, token, s.h).map(sigmoid), m = Float64Array.from(p.b_hn);
        add(m, s.h, p.W_hh, 2 * H * H, H, H);
        const n = m.map((x, k) =>
          Math.tanh(p.W_xh[(2 * D + token) * H + k] + p.b_h[2 * H + k] + r[k] * x));
        return { r, z, m, n, h: n.map((x, k) => x + z[k] * (s.h[k] - x)) };
      },
      back(net, { r, z, m, n }, before, d) {
        const { H, p } = net, dh = d.h.map((x, k) => x * z[k]);
        const dn = d.h.map((x, k) => x * (1 - z[k]) * (1 - n[k] ** 2));
        const dz = d.h.map((x, k) => x * (before.h[k] - n[k]) * z[k] * (1 - z[k]));
        const dr = dn.map((x, k) => x * m[k] * r[k] * (1 - r[k]));
        [dr, dz, dn.map((x, k) => x * r[k])].forEach((a, b) => back(dh, a, p.W_hh, b * H * H, H, H));
        return { da: [dr, dz, dn], h: dh };
      },
    },
  };
  const named = (name) => kinds[name.split(" ")[0]];

  // A cell along a sentence  →  the states, from zeros on
  const states = (net, tokens) => {
    const found = [{ h: floats(net.H), c: floats(net.H) }];
    for (const token of tokens) found.push(net.kind.step(net, token, found[found.length - 1]));
    return found;
  };
  const recurrent = {
    scores(net, tokens) {
      let s = { h: floats(net.H), c: floats(net.H) };
      for (const token of tokens) s = net.kind.step(net, token, s);
      return shown(net, s.h);
    },
    // ∂score of answer k / ∂x at the country, (D)
    gradient(net, tokens, k) {
      const found = states(net, tokens), dx = floats(net.D);
      let d = { h: asked(net, k), c: floats(net.H) };
      for (let t = tokens.length - 1; t >= START; t--) {
        d = net.kind.back(net, found[t + 1], found[t], d);
        if (t > START && tiny(d.h) && (!d.c || tiny(d.c))) return dx;
      }
      d.da.forEach((a, n) => back(dx, a, net.p.W_xh, n * net.D * net.H, net.D, net.H));
      return dx;
    },
  };

  const attention = {
    look(net, tokens) {
      const { H, p } = net, T = tokens.length, e = floats(T * H);
      tokens.forEach((token, t) => {
        for (let k = 0; k < H; k++) e[t * H + k] = p.E[token * H + k] + p.P[t * H + k];
      });
      const q = floats(H), to = floats(H); // to: W_k q, what a word is compared with
      add(q, row(e, T - 1, H), p.W_q, 0, H, H);
      back(to, q, p.W_k, 0, H, H);
      const a = floats(T), scale = Math.sqrt(H);
      for (let t = 0; t < T; t++) for (let k = 0; k < H; k++) a[t] += e[t * H + k] * to[k] / scale;
      const most = Math.max(...a), w = a.map((x) => Math.exp(x - most));
      const sum = w.reduce((s, x) => s + x, 0);
      return { e, to, w: w.map((x) => x / sum) };
    },
    scores(net, tokens) {
      const { H, K, p } = net, { e, w } = attention.look(net, tokens), mean = floats(H);
      w.forEach((share, t) => { for (let k = 0; k < H; k++) mean[k] += share * e[t * H + k]; });
      const context = floats(H), y = Float64Array.from(p.b_y);
      add(context, mean, p.W_v, 0, H, H);
      add(y, context, p.W_y, 0, H, K);
      return y;
    },
    gradient(net, tokens, k) {
      const { H, K, D, p } = net, { e, to, w } = attention.look(net, tokens);
      const dc = Float64Array.from({ length: H }, (_, j) => p.W_y[j * K + k]), back_v = floats(H);
      back(back_v, dc, p.W_v, 0, H, H); // ∂score / ∂(mean of e)
      const dot = (t) => row(e, t, H).reduce((s, x, j) => s + x * back_v[j], 0);
      const mean = w.reduce((s, share, t) => s + share * dot(t), 0);
      const da = w[START] * (dot(START) - mean) / Math.sqrt(H), dx = floats(D);
      back(dx, back_v.map((x, j) => w[START] * x + da * to[j]), p.E, 0, D, H);
      return dx;
    },
  };

  // The stored text  →  name → a network for each gap
  const shapes = (name, D, H, K, gap) => {
    if (!named(name)) return { E: D * H, P: (gap + 3) * H, W_q: H * H, W_k: H * H, W_v: H * H, W_y: H * K, b_y: K };
    const G = named(name).blocks, hn = name.startsWith("GRU") ? { b_hn: H } : {};
    return { W_xh: G * D * H, W_hh: G * H * H, b_h: G * H, ...hn, W_hy: H * K, b_y: K };
  };
  const unpack = ({ words, answers, gaps, networks, weights }) => {
    // a letter for each weight, the middle one for 0; "!" stands for the backslash
    const whole = Int8Array.from(weights.replaceAll("!", "\\"), (c) => c.charCodeAt(0) - 80), nets = {};
    const D = words.length, K = answers.length;
    let at = 0;
    for (const [name, { units: H, runs }] of Object.entries(networks)) {
      nets[name] = runs.map(({ scales }, place) => {
        const p = {};
        Object.entries(shapes(name, D, H, K, gaps[place])).forEach(([key, size], n) => {
          p[key] = Float64Array.from(whole.subarray(at, at + size), (x) => x * scales[n]);
          at += size;
        });
        return { D, H, K, p, kind: named(name), ...(named(name) ? recurrent : attention) };
      });
    }
    return nets;
  };

  // Sentences of lessons_lib.tasks: "I grew up in {country} {gap words, from three rows in turn} I speak
  // fluent".  The words stand in the order start, question, visited, ten countries, three rows of ten.
  const pick = (n) => Math.floor(Math.random() * n);
  const sentence = (gap, K = 10) => {
    const answer = pick(K), fillers = Array.from({ length: gap }, (_, k) => 3 + K + (k % 3) * 10 + pick(10));
    return { answer, tokens: [0, 3 + answer, ...fillers, 1] };
  };

  class Reach {
    constructor(box, stored) {
      this.box = box;
      this.stored = stored;
      this.rows = [...box.querySelectorAll("[data-network]")].map((one) => ({
        key: one.dataset.network, name: one.querySelector(".name").textContent.trim(),
        answer: one.querySelector(".answer"), said: one.querySelector(".right b"),
        right: one.querySelector(".right i"), power: one.querySelector(".arrives b"),
        arrives: one.querySelector(".arrives i"), runs: one.querySelector(".runs b"),
        solved: JSON.parse(one.dataset.solved),
      }));
      this.slider = box.querySelector("input");
      this.fresh = box.querySelector("button");
      this.slider.oninput = () => this.change();
      this.fresh.onclick = () => this.change();
      this.slider.disabled = this.fresh.disabled = false;
      box.dataset.alive = ""; // what stands there is true: nothing is computed before the first touch
    }

    // Another gap, other sentences: the first answers at once, the others while nothing else is done.
    change() {
      if (!this.nets) {
        this.nets = unpack(this.stored);
        for (const one of this.rows) one.net = this.nets[one.key];
      }
      this.place = +this.slider.value;
      this.gap = this.stored.gaps[this.place];
      this.sentences = Array.from({ length: COUNT }, () => sentence(this.gap));
      this.hits = this.rows.map(() => 0);
      this.done = 0;
      this.turn = (this.turn || 0) + 1;
      this.say();
      const turn = this.turn;
      const go = () => {
        if (turn !== this.turn) return;
        const end = performance.now() + SLICE;
        do this.read(); while (this.done < COUNT && performance.now() < end);
        this.show();
        if (this.done < COUNT) setTimeout(go, 4);
        else this.tell();
      };
      go();
    }

    read() {
      const { tokens, answer } = this.sentences[this.done];
      this.rows.forEach(({ net }, n) => {
        const scores = net[this.place].scores(net[this.place], tokens);
        if (!this.done) this.first(n, scores, tokens, answer);
        this.hits[n] += top(scores) === answer;
      });
      this.done += 1;
    }

    // What a network makes of the sentence that is shown
    first(n, scores, tokens, answer) {
      const one = this.rows[n], net = one.net[this.place];
      one.scores = scores;
      one.dx = net.gradient(net, tokens, answer);
      const said = top(scores), length = Math.hypot(...one.dx);
      one.power.textContent = length ? `10${raised(Math.round(Math.log10(length)))}` : "0";
      one.arrives.style.width = `${share(length)}%`;
      one.answer.textContent = `${said === answer ? "✓" : "✗"} ${this.stored.answers[said]}`;
      one.answer.classList.toggle("wrong", said !== answer);
      one.runs.textContent = one.solved[this.place];
    }

    say() {
      const { tokens, answer } = this.sentences[0], words = tokens.map((t) => this.stored.words[t]);
      const more = this.gap - 6, gap = words.slice(2, -1);
      const fillers = more > 0 ? [...gap.slice(0, 3), `… ${more} more words …`, ...gap.slice(-3)] : gap;
      this.box.querySelector(".sentence b").textContent = words[1];
      this.box.querySelector(".between").textContent = fillers.join(" ");
      this.box.querySelector(".sentence em").textContent = this.stored.answers[answer];
      this.box.querySelector(".now").textContent = `${this.gap} words`;
      this.slider.setAttribute("aria-valuetext", `${this.gap} words`);
    }

    show() {
      this.rows.forEach((one, n) => {
        const part = Math.round(100 * this.hits[n] / this.done);
        one.said.textContent = `${part}\u00a0%`;
        one.right.style.width = `${part}%`;
      });
    }

    tell() {
      const found = this.rows.map(({ name, said }) => `${name} ${said.textContent}`).join(", ");
      this.box.querySelector("[role=status]").textContent = `Right with a gap of ${this.gap} words: ${found}.`;
    }
  }

  const raised = (n) => String(n).replace("-", "⁻").replace(/\d/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]);
  // a length from 1e-12 to 10, as a share of the bar
  const share = (length) => Math.max(0, Math.min(100, 100 * (12 + Math.log10(length || 1e-99)) / 13));

  const box = document.querySelector(".reach-lab");
  if (!box) return;
  const wake = () => {
    const script = document.createElement("script");
    script.src = box.dataset.weights;
    script.onload = () => { box.reach = new Reach(box, window.reachNetworks); };
    document.head.append(script);
  };
  const near = () => {
    const watch = new IntersectionObserver(([seen]) => {
      if (seen.isIntersecting) { watch.disconnect(); wake(); }
    }, { rootMargin: "200px" });
    watch.observe(box);
  };
  const later = () => (window.requestIdleCallback || setTimeout)(near);
  if (document.readyState === "complete") later();
  else addEventListener("load", later);
})();
