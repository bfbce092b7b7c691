// Looks through window.COURSE_SECTIONS (tools/site/search.py) for the words after ?q= in the address.
(() => {
  const field = document.querySelector(".search-page input[name=q]");
  const list = document.getElementById("search-results");
  const count = document.getElementById("search-count");
  const stop = document.documentElement.lang.startsWith("zh") ? "。" : ".";
  const SHOWN = 40, LONG = 220; // results; characters of an excerpt

  // Without case and accents, and as long as it was: a place in one text is the place in the other.
  const fold = (text) => [...text].map((sign) => {
    const plain = sign.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    return plain.length === sign.length ? plain : sign;
  }).join("");
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  // A word finds those that begin with it, the singular of a plural too: "gates" finds "gate".
  // Between Chinese words stands no space: the browser parts them, and each is found anywhere.
  const HAN = /\p{Script=Han}/u;
  const parted = (run) => (HAN.test(run) && Intl.Segmenter
    ? [...new Intl.Segmenter("zh", { granularity: "word" }).segment(run)].map((part) => part.segment)
    : [run]);
  const pattern = (word) => {
    if (HAN.test(word)) return new RegExp(escaped(word), "gu");
    const stem = word.length > 3 ? word.replace(/s$/, "") : word;
    return new RegExp(`(?<![\\p{L}\\p{N}])${escaped(stem)}`, "gu");
  };
  const times = (text, word) => (text.match(word) || []).length;

  const pages = Object.entries(window.COURSE_SECTIONS);
  const entries = pages.flatMap(([page, [lesson, chapter, parts]]) =>
    parts.map(([anchor, title, text, names]) => ({
      link: `${page}.html#${anchor}`, lesson, chapter, title, text,
      term: anchor.startsWith("term-"), head: fold(title), body: fold(text), names: fold(names),
    })));

  // How well an entry answers: each word counts, a title more than the text, the text more than code.
  function score(entry, words, phrase) {
    let sum = 0, found = 0;
    for (const word of words) {
      const head = times(entry.head, word), body = times(entry.body, word), code = times(entry.names, word);
      if (head + body + code) found += 1;
      sum += 8 * Math.min(head, 1) + 2 * Math.log2(1 + body) + Math.min(code, 1);
    }
    if (found < words.length) return 0;
    if (entry.head === phrase) sum += 40;
    if (entry.term && words.every((word) => times(entry.head, word))) sum += 100;
    return sum + (words.length > 1 && entry.body.includes(phrase) ? 6 : 0);
  }

  // The text around the words side by side, else around the first of them; every word is marked.
  function excerpt(entry, words, phrase) {
    const places = words.map((word) => entry.body.search(word)).filter((at) => at >= 0);
    const together = entry.body.indexOf(phrase);
    const at = together >= 0 ? together : Math.min(Infinity, ...places);
    const start = at > 90 && at < Infinity ? entry.text.lastIndexOf(" ", at - 60) + 1 : 0;
    const rest = entry.text.length > start + LONG;
    const text = entry.text.slice(start, start + LONG).replace(/\s\S*$/, (end) => rest ? " …" : end);
    const box = document.createElement("p");
    box.append(start ? "… " : "", ...marked(text, words));
    return box;
  }

  function marked(text, words) {
    const any = new RegExp(words.map((word) => word.source + "[\\p{L}\\p{N}]*").join("|"), "giu");
    const parts = [];
    let at = 0;
    for (const match of text.matchAll(any)) {
      const mark = document.createElement("mark");
      mark.textContent = match[0];
      parts.push(text.slice(at, match.index), mark);
      at = match.index + match[0].length;
    }
    return [...parts, text.slice(at)];
  }

  function item(entry, words, phrase) {
    const [box, link, place] = ["li", "a", "p"].map((name) => document.createElement(name));
    link.href = entry.link;
    link.append(...marked(entry.title, words));
    place.className = "place";
    const lesson = entry.lesson === entry.title ? "" : entry.lesson;
    place.textContent = [entry.chapter, lesson].filter(Boolean).join(" › ");
    box.append(link, place, excerpt(entry, words, phrase));
    return box;
  }

  function show(query) {
    const phrase = fold(query.trim());
    const words = (phrase.match(/[\p{L}\p{N}_]+/gu) || []).flatMap(parted).map(pattern);
    const found = words.length ? entries.map((entry) => [score(entry, words, phrase), entry]) : [];
    const best = found.filter(([points]) => points).sort(([a], [b]) => b - a);
    list.replaceChildren(...best.slice(0, SHOWN).map(([, entry]) => item(entry, words, phrase)));
    count.textContent = words.length ? said(best.length) : "";
  }

  function said(many) {
    const { sayNone, sayOnce, sayOften, sayBest } = count.dataset;
    if (!many) return sayNone;
    const best = many > SHOWN ? sayBest.replace("#", SHOWN) : "";
    return `${many === 1 ? sayOnce : sayOften.replace("#", many)}${best}${stop}`;
  }

  field.value = new URLSearchParams(location.search).get("q") || "";
  field.addEventListener("input", () => show(field.value));
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", `?${new URLSearchParams({ q: field.value })}`);
    show(field.value);
  });
  show(field.value);
  if (!field.value) field.focus();
})();
