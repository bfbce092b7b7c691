// The few things of the frame that need a script. Loaded with the theme's scripts, after the page.
(() => {
  // A formula that scrolls in its own box can be reached and moved with the keyboard.
  const formulas = document.querySelectorAll("div.math > .formula");
  const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) {
        target.tabIndex = 0;
        target.setAttribute("role", "group");
        target.setAttribute("aria-label", "formula");
      } else {
        for (const name of ["tabindex", "role", "aria-label"]) target.removeAttribute(name);
      }
    }
  });
  formulas.forEach((formula) => watch.observe(formula));

  // What is wider than its box fades at the right (course.css), until it is scrolled to its end.
  const boxes = document.querySelectorAll(
    "article :is(pre, .formula, .output, .pst-scrollable-table-container)");
  const show = ({ target }) => {
    const { scrollLeft, clientWidth, scrollWidth } = target;
    target.toggleAttribute("data-more", scrollLeft + clientWidth < scrollWidth - 2);
    if (target.matches("div.pst-scrollable-table-container"))
      target.tabIndex = scrollWidth > clientWidth ? 0 : -1;  // the theme says so, but later
  };
  const sizes = new ResizeObserver((entries) => entries.forEach(show));
  boxes.forEach((box) => {
    sizes.observe(box);
    box.addEventListener("scroll", show, { passive: true });
  });

  // On paper the page is light. What is folded stays off it (page.css), but for `page.html?answers`.
  const page = document.documentElement.dataset;
  let opened = [], theme = page.theme;
  addEventListener("beforeprint", () => {
    const all = new URLSearchParams(location.search).has("answers");
    opened = all ? [...document.querySelectorAll("article details:not([open])")] : [];
    opened.forEach((box) => { box.open = true; });
    theme = page.theme;
    page.theme = "light";
  });
  addEventListener("afterprint", () => {
    opened.forEach((box) => { box.open = false; });
    page.theme = theme;
  });
})();
