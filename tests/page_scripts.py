"""What the tests of the pages ask a page in the browser, in its own language."""

from importlib import resources

AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
# Before a page has drawn anything: add up how far it moves while it loads.
SHIFT = """
  window.moved = 0;
  new PerformanceObserver(list => list.getEntries().forEach(e => { window.moved += e.value; }))
    .observe({type: 'layout-shift', buffered: true});
"""
LOOK = r"""() => {
  const moved = window.moved;
  document.querySelectorAll('details').forEach(e => { e.open = true; });
  const box = e => e.getBoundingClientRect();
  const wide = [...document.querySelectorAll('article *')].filter(e =>
    box(e).right > innerWidth + 1 && box(e).width > 0 && !e.closest(
      '.formula, pre, .pst-scrollable-table-container, .katex-mathml, .katex svg, .output, ' +
      '.visually-hidden'));
  const maths = [...document.querySelectorAll('article .katex-html')]
    .filter(e => e.checkVisibility());
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, {acceptNode: n =>
    n.parentElement.closest('pre, code, script, style, .katex-mathml')
      ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT});
  const raw = [];
  while (walk.nextNode()) {
    const text = walk.currentNode.data;
    if (/\\[a-zA-Z]{2,}|\$[^$]*[\\_^][^$]*\$|\\[()[\]]/.test(text)) raw.push(text.slice(0, 80));
  }
  const images = [...document.images];
  return {
    overflow: document.documentElement.scrollWidth - innerWidth,
    wide: wide.slice(0, 5).map(e => e.outerHTML.slice(0, 120)),
    maths: document.querySelectorAll('article span.math, article div.math').length,
    flat: maths.filter(e => box(e).height < 4 || box(e).width < 2).length, drawn: maths.length,
    font: !maths.length || document.fonts.check('16px KaTeX_Main'),
    theme: document.documentElement.dataset.theme, moved, raw,
    mute: images.filter(e => !e.alt.trim()).map(e => e.src),
    unsized: images.filter(e => !e.getAttribute('width') || !e.getAttribute('height'))
      .map(e => e.src),
  };
}"""
# What scrolls in its own box gets its place in the order of the keyboard a moment after a change of
# width: wait for it, a second at most.
SETTLE = """() => new Promise(done => {
  const end = Date.now() + 1000;
  const look = () => {
    const late = [...document.querySelectorAll('pre, .formula, .cell_output > .output')]
      .some(e => e.scrollWidth > e.clientWidth && e.tabIndex < 0);
    if (late && Date.now() < end) setTimeout(look, 20); else done();
  };
  requestAnimationFrame(() => requestAnimationFrame(look));
})"""
# Formulas and code are made of few kinds of parts by one program each. Some of each kind stay for
# axe, the others keep their place without their thousands of parts, which axe would all visit.
SPARE = """() => {
  [...document.querySelectorAll('.katex')].slice(3).forEach(e => {
    const {width, height} = e.getBoundingClientRect();
    const stand = document.createElement('span');
    stand.textContent = 'x';
    stand.style.cssText = `width:${width}px;height:${height}px;`
      + 'display:inline-block;overflow:hidden';
    e.replaceChildren(stand);
  });
  const seen = new Set();
  document.querySelectorAll('.highlight pre span').forEach(e => {
    const kind = e.className + e.closest('.highlight').parentElement.className;
    if (seen.has(kind)) e.replaceWith(...e.childNodes); else seen.add(kind);
  });
}"""
# Contrast is a matter of kinds: the colour and the size of a text, and all that paints behind it.
# Three texts of each kind stand for the others, on this page and on those that were seen before it.
# Each part of the page gets the mark `data-ask` if it is one of the three  →  how often each kind
# was seen, and how many were asked for here.
ASK = r"""seen => {
  const kinds = new Map(), count = {};
  let asked = 0;
  const looks = s => [s.color, s.fontSize, s.fontWeight, s.textShadow, s.fill];
  const paint = (e, style) => {
    const own = [style.backgroundColor, style.backgroundImage, style.opacity, style.filter,
      style.mixBlendMode, style.position].join();
    return own === 'rgba(0, 0, 0, 0),none,1,none,normal,static' ? ''
      : `${e.tagName}.${e.getAttribute('class')} ${own}>`;
  };
  const behind = e => {
    if (!e) return '';
    if (!kinds.has(e)) {
      const above = behind(e.parentElement || e.getRootNode().host);
      kinds.set(e, above + paint(e, getComputedStyle(e)));
    }
    return kinds.get(e);
  };
  const walk = root => root.querySelectorAll('*').forEach(e => {
    e.removeAttribute('data-ask');
    if (e.shadowRoot) walk(e.shadowRoot);
    if (!e.checkVisibility() || e.tagName === 'SCRIPT') return;
    const own = `${e.tagName}.${e.getAttribute('class')} ${looks(getComputedStyle(e))}`;
    const kind = `${behind(e)} ${own}`;
    count[kind] = (count[kind] || seen[kind] || 0) + 1;
    if (count[kind] <= 3) { e.setAttribute('data-ask', ''); asked += 1; }
  });
  walk(document.body);
  return [count, asked];
}"""
# Every rule is asked of every part of the page, that of the contrast of the marked ones.
FAULTS = r"""only => {
  axe.configure({rules: [{id: 'color-contrast', selector: '[data-ask]'}]});
  const rules = only ? {runOnly: [only]} : {};
  return axe.run(document, {...rules, resultTypes: ['violations'], iframes: false}).then(found =>
    found.violations.flatMap(v => v.nodes.slice(0, 3).map(n => `${v.id}: ${n.html.slice(0, 160)} ` +
      `(${n.failureSummary.replace(/\s+/g, ' ').slice(0, 160)})`)));
}"""
