// Draws the page's charts with Observable Plot: each is a figure that names its data. What it shows stands in the page's
// tables too, so a chart is one picture to assistive technology, named by its caption.
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("charts").textContent);
  // Shape and fill tell the standings apart, colour only repeats it.
  const LOOK = {
    fails: ["times", "var(--fails)", "none"],
    undecided: ["circle", "var(--doubt)", "var(--page)"],
    missing: ["circle", "var(--doubt)", "var(--page)"],
    waived: ["triangle", "var(--warns)", "var(--page)"],
    warns: ["triangle", "var(--warns)", "var(--warns)"],
    "let-pass": ["square", "var(--quiet)", "var(--page)"],
    holds: ["circle", "var(--holds)", "var(--holds)"],
  };
  const ROW = 22;
  const FONT = 12;
  const CHARACTER = FONT * 0.6;

  const clip = (text, most) => (text.length <= most ? text : text.slice(0, Math.ceil(most * 0.6) - 1) + "…" + text.slice(text.length - Math.floor(most * 0.4)));

  function dots(rows, at, y) {
    return Object.keys(LOOK).map((kind) => {
      const [symbol, stroke, fill] = LOOK[kind];
      const some = rows.filter((row) => row.kind === kind);
      return Plot.dot(some, { x: at, y, symbol, stroke, fill, r: 4.5, strokeWidth: 2 });
    });
  }

  // One row for each name, from top to bottom as they come; what differs between the kinds of charts is in `own`.
  function rows(figure, list, own) {
    const width = Math.max(280, figure.room ?? figure.clientWidth);
    const longest = Math.max(...list.map((row) => row.name.length));
    const marginLeft = Math.min(Math.ceil(longest * CHARACTER) + 16, Math.round(width * 0.42));
    const fitting = Math.floor((marginLeft - 16) / CHARACTER);
    const y = (row) => list.indexOf(row);
    return Plot.plot({
      className: "chart",
      width,
      height: list.length * ROW + 58,
      marginLeft,
      marginRight: 24,
      marginTop: 8,
      marginBottom: 50,
      insetLeft: 8,
      insetRight: 8,
      style: { fontSize: `${FONT}px` },
      x: { grid: true, nice: true, labelOffset: 40, ticks: Math.max(3, Math.round((width - marginLeft) / 90)), ...own.x },
      y: { type: "band", domain: list.map((_, index) => index), tickFormat: (index) => clip(list[index].name, fitting), tickSize: 0, label: null },
      marks: [
        ...own.under,
        Plot.ruleY(list.filter((row) => row.low !== null && row.high !== null), { x1: "low", x2: "high", y, stroke: "currentColor", strokeOpacity: 0.6, strokeWidth: 2 }),
        Plot.dot(list.filter((row) => row.before !== null), { x: "before", y, symbol: "diamond", r: 5, stroke: "var(--text)", fill: "none" }),
        ...dots(list, own.at, y),
        Plot.tip(list, Plot.pointerY({ x: own.at, y, title: (row) => `${row.name}\n${row.told}`, maxRadius: 200, fill: "var(--page)", stroke: "var(--line)" })),
      ],
    });
  }

  const DRAW = {
    slices(figure, chart) {
      const list = chart.rows.map(([name, kind, value, low, high, limit, before, told]) => ({ name, kind, value, low, high, limit, before, told }));
      const y = (row) => list.indexOf(row);
      const limits = list.filter((row) => row.limit !== null);
      const same = new Set(limits.map((row) => row.limit)).size === 1;
      return rows(figure, list, {
        at: "value",
        x: { label: clip(chart.label, 60) },
        under: [
          same
            ? Plot.ruleX([limits[0].limit], { stroke: "var(--limit)", strokeWidth: 2, strokeDasharray: "6 4" })
            : Plot.tickX(limits, { x: "limit", y, stroke: "var(--limit)", strokeWidth: 2 }),
        ],
      });
    },

    margins(figure, chart) {
      // Beyond the whole of the limit the axis ends: one rule with endless room must not press all others together.
      const EDGE = 1;
      const within = (share) => (share === null ? null : Math.max(-EDGE, Math.min(EDGE, share)));
      const list = chart.rows.map(([name, kind, share, low, high, before, told]) => ({
        name, kind, share: within(share), low: within(low), high: within(high), before: within(before), told, beyond: Math.abs(share) > EDGE ? share : null,
      }));
      const y = (row) => list.indexOf(row);
      const percent = (share) => `${share > 0 ? "+" : share < 0 ? "−" : ""}${Math.abs(share * 100).toLocaleString("en", { maximumSignificantDigits: 3 })} %`;
      return rows(figure, list, {
        at: "share",
        x: { label: "margin, as a share of what is needed", tickFormat: percent },
        under: [
          Plot.ruleX([0], { stroke: "var(--limit)", strokeWidth: 2 }),
          Plot.link(list, { x1: 0, x2: "share", y1: y, y2: y, stroke: "currentColor", strokeOpacity: 0.25, strokeWidth: 6 }),
          Plot.text(list.filter((row) => row.beyond !== null), { x: "share", y, text: (row) => percent(row.beyond), textAnchor: "end", dy: -9, fontSize: 10 }),
        ],
      });
    },
  };

  const ON_PAPER = 700; // so that the text is as large as the other text there

  function draw(figure, room) {
    figure.room = room;
    const name = figure.dataset.chart;
    const chart = data[name];
    const picture = DRAW[chart.kind](figure, chart);
    for (const part of picture.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label"); // it is one picture
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-labelledby", name);
    figure.querySelector("svg")?.remove();
    figure.append(picture);
    figure.style.minHeight = "";
    figure.drawnAt = figure.clientWidth;
  }

  const figures = [...document.querySelectorAll("figure[data-chart]")];
  for (const hidden of document.querySelectorAll(".drawn[hidden]")) hidden.hidden = false;
  for (const figure of figures) {
    figure.hidden = false;
    figure.style.minHeight = `${data[figure.dataset.chart].rows.length * ROW + 100}px`;
  }

  // Those in sight, and soon to be: two hundred are not drawn for a page that is never scrolled.
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting && target.drawnAt !== target.clientWidth) draw(target);
    }
  }, { rootMargin: "400px" });
  for (const figure of figures) seen.observe(figure);

  let resized = 0;
  addEventListener("resize", () => {
    clearTimeout(resized);
    resized = setTimeout(() => {
      for (const figure of figures) {
        if (!figure.drawnAt) continue;
        seen.unobserve(figure); // and again: it then says whether the figure is in sight
        seen.observe(figure);
      }
    }, 150);
  });

  addEventListener("beforeprint", () => {
    for (const figure of figures) draw(figure, ON_PAPER);
  });
  addEventListener("afterprint", () => {
    for (const figure of figures) if (figure.clientWidth) draw(figure);
  });
})();
