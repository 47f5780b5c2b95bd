// The page of a model: charts of its metrics over runs, filters that the address keeps, runs as links. All that it shows is
// in the page's tables or the data beside it; texts are put in as texts.
(() => {
  "use strict";
  const given = globalThis.gateHistory;
  if (!given) return;
  const byId = (id) => document.getElementById(id);
  const DAY = 86400;
  const FONT = 12;
  const MOST_SLICES = 8;
  const ROWS = 100;
  const MOST_MARKS = 60; // beyond these they stand below the line
  const MOST_DOTS = 150; // beyond these a run that passed has no mark of its own
  const HERE = location.pathname.slice(location.pathname.lastIndexOf("/") + 1).replace(/\.html$/, "");
  // Shape and fill tell the standings apart, colour only repeats it. Worst first.
  const LOOK = { fails: ["times", "var(--fails)", "none"], undecided: ["circle", "var(--doubt)", "var(--page)"], missing: ["plus", "var(--doubt)", "none"], waived: ["triangle", "var(--warns)", "var(--page)"], warns: ["triangle", "var(--warns)", "var(--warns)"], "let-pass": ["square", "var(--quiet)", "var(--page)"], holds: ["circle", "var(--holds)", "var(--holds)"] };
  const WORST = Object.keys(LOOK);
  const AMISS = WORST.slice(0, 5); // what is told at length
  const MOST_AMISS = 3;

  // --- the data, unpacked --------------------------------------------------------------------------------------------

  function summed(differences, scale = 1) {
    let last = 0;
    return differences.map((each) => (each === null ? null : (last += each) / scale));
  }

  function spread(pairs) {
    return pairs.flatMap(([what, times]) => Array(times).fill(what));
  }

  const times = summed(given.runs.time);
  const branches = spread(given.runs.branch.at);
  const events = spread(given.runs.event.at);
  const endings = spread(given.runs.ended.at);
  const sets = spread(given.runs.sets).slice(1); // 0: nobody said which
  const named = new Map(given.runs.names);
  const runs = given.runs.id.map((id, at) => ({
    at, id,
    time: times[at],
    date: new Date(times[at] * 1000),
    verdict: given.runs.ended.words[endings[at]], // kind, sign, word
    set: sets[at],
    trusted: given.runs.trusted[at] === "1",
    branch: given.runs.branch.words[branches[at]],
    event: given.runs.event.words[events[at]],
    commit: given.runs.commit[at],
    name: named.get(at) ?? "",
    page: given.runs.page[at] === "" ? "" : `../runs/${HERE}/${given.runs.page[at] === 1 ? `${id}.html` : given.runs.page[at]}`,
  }));
  const lines = given.lines.map((line, index) => ({ ...line, index, values: line.decimals === null ? line.values : summed(line.values, 10 ** line.decimals), limits: [], judged: Array(runs.length) }));
  for (const limit of given.limits) {
    const thresholds = Array(runs.length).fill(null);
    limit.steps.forEach(([from, value], index) => thresholds.fill(value, from, limit.steps[index + 1]?.[0] ?? runs.length));
    const order = ["block", "warn", "info"];
    const limits = lines[limit.line].limits;
    limit.thresholds = thresholds;
    limits.push(limit);
    limits.sort((one, other) => order.indexOf(one.level) - order.indexOf(other.level));
  }
  // How each line stood, and by which of its limits: the worst at each run.
  for (const line of given.lines.keys()) {
    let at = 0;
    for (const [kind, limit, times] of given.lines[line].judged) {
      if (kind) lines[line].judged.fill({ kind, limit: given.limits[limit] }, at, at + times);
      at += times;
    }
  }
  const groups = new Map();
  for (const line of lines) groups.set(line.metric, [...(groups.get(line.metric) ?? []), line]);
  const metrics = [...groups.values()].map((group) => {
    // Where nothing was measured on the whole, as of drift by feature, the worst slice stands for it.
    const whole = group.find((line) => !line.slice) ?? worstFirst(group)[0];
    return { name: group[0].metric, whole, slices: group.filter((line) => line !== whole), drift: group[0].drift };
  });

  function worstFirst(some, among = runs) {
    const last = (line) => {
      for (let at = among.length - 1; at >= 0; at--) if (line.values[among[at].at] !== null) return line.values[among[at].at];
      return null;
    };
    const rank = (line) => {
      const kind = latest(line, among)?.kind;
      return AMISS.includes(kind) ? WORST.indexOf(kind) : WORST.length;
    };
    const better = some[0]?.better || 1;
    return some.map((line) => [rank(line), last(line), line]).filter(([, value]) => value !== null).sort((one, other) => one[0] - other[0] || better * (one[1] - other[1])).map(([, , line]) => line);
  }

  // The newest run on which a line has a number, or missed one.
  function latest(line, among) {
    for (let at = among.length - 1; at >= 0; at--) {
      const run = among[at];
      if (line.values[run.at] !== null || line.judged[run.at]) return { run, value: line.values[run.at], ...line.judged[run.at] };
    }
    return null;
  }

  // --- numbers and moments in words ----------------------------------------------------------------------------------

  // As the tables write them: gate/reports/numbers.py.
  const LANDMARKS = new Set(["0", "-0", "1", "100", "-1", "-100"]);
  function rounded(value, digits) {
    const size = Math.abs(value);
    if (size >= 1 && size < 1e15) digits = Math.max(digits, String(Math.trunc(size)).length);
    const exponent = Number(value.toExponential(digits - 1).split("e")[1]);
    if (exponent >= digits && size < 1e15) return rounded(value, digits + 1);
    if (exponent < -4 || exponent >= digits) return value.toExponential(digits - 1).replace(/\.?0*e\+?/, "e");
    const text = value.toFixed(Math.max(0, digits - 1 - exponent));
    return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  }
  function number(value, digits = 4) {
    if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value).replace("-", "−");
    let text = rounded(value, digits);
    for (let more = digits + 1; LANDMARKS.has(text) && more <= 12; more++) text = rounded(value, more);
    return text.replace(/^-/, "−");
  }
  // A number and its limit never look the same where they are not.
  function apart(value, limit) {
    if (limit === null || limit === undefined) return number(value);
    if (Math.abs(value - limit) <= 1e-12 * Math.max(Math.abs(value), Math.abs(limit))) return number(limit);
    for (let digits = 4; digits < 17; digits++) if (number(value, digits) !== number(limit, digits)) return number(value, digits);
    return number(value, 17);
  }
  const digits = (value) => number(value, 6); // on an axis
  const measured = (line, value, limit) => (value === null ? "no value" : `${apart(value, limit)}${line.unit ? ` ${line.unit}` : ""}`);
  const asked = ({ limit, run }) => (limit && limit.thresholds[run.at] !== null ? `needs ${sign(limit.operator)} ${number(limit.thresholds[run.at])}` : "");
  const neededBy = ({ limit, run }) => limit?.thresholds[run.at];
  const word = ({ kind, value }) => (kind === "missing" ? (value === null ? "no value" : "cannot be judged") : kind.replace("-", " "));
  const sign = (operator) => ({ ">=": "≥", "<=": "≤" })[operator] ?? operator;
  const minute = (run) => (run.minute ??= run.date.toISOString().slice(0, 16).replace("T", " "));
  const count = (many, word) => `${many.toLocaleString("en")} ${word}${many === 1 ? "" : "s"}`;

  function make(tag, of = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(of)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  // --- filters, kept in the address ----------------------------------------------------------------------------------

  const FIELDS = { q: byId("q"), branch: byId("branch"), runs: byId("runs-kind"), since: byId("since"), along: byId("along"), slices: byId("slices") };
  const ANY = "*";
  FIELDS.branch.append(make("option", { value: ANY }, "every branch"));
  const counts = new Map();
  for (const run of runs) counts.set(run.branch, (counts.get(run.branch) ?? 0) + 1);
  for (const [branch, many] of [...counts].sort((one, other) => other[1] - one[1])) {
    FIELDS.branch.append(make("option", { value: `=${branch}` }, `${branch || "no branch"} (${many})`));
  }
  const START = { q: "", branch: counts.size > 1 ? `=${given.branch}` : ANY, runs: "", since: "", along: "", slices: "" };

  function read() {
    const state = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
    for (const [name, field] of Object.entries(FIELDS)) {
      if (!field) continue;
      const value = state.get(name) ?? START[name];
      if (field.type === "checkbox") field.checked = value === "1";
      else field.value = value;
      if (field.tagName === "SELECT" && field.selectedIndex < 0) field.value = START[name];
    }
  }

  const value = (name) => (!FIELDS[name] ? "" : FIELDS[name].type === "checkbox" ? (FIELDS[name].checked ? "1" : "") : FIELDS[name].value);

  function keep() {
    const state = new URLSearchParams();
    for (const name of Object.keys(FIELDS)) if (value(name) !== START[name]) state.set(name, value(name));
    const text = state.toString();
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  }

  let kept = runs; // the runs that the filters leave
  let shown = new Set();

  function filter() {
    const branch = value("branch"), kind = value("runs");
    const from = value("since") ? runs[runs.length - 1].time - Number(value("since")) * DAY : -Infinity;
    kept = runs.filter((run) =>
      (branch === ANY || run.branch === branch.slice(1)) && run.time >= from &&
      (kind === "" || (kind === "trusted" && run.trusted) || (kind === "passed" && /^[✓!]$/.test(run.verdict[1])) || (kind === "stopped" && /^[✗?]$/.test(run.verdict[1]))));
    const words = value("q").toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (text) => words.every((word) => text.toLowerCase().includes(word));
    shown = new Set(metrics.filter((metric) => fits([metric.name, ...metric.slices.map((line) => line.slice)].join(" ")) && [metric.whole, ...(value("slices") || metric.whole.slice ? metric.slices : [])].some((line) => kept.some((run) => line.values[run.at] !== null || line.judged[run.at]))));
    let drawn = 0, drifts = 0;
    for (const card of cards) {
      card.hidden = !shown.has(card.metric);
      card.drawnFor = null;
      card.metric.drift ? (drifts += !card.hidden) : (drawn += !card.hidden);
    }
    byId("none").hidden = drawn + drifts > 0;
    byId("drift-section").hidden = byId("to-drift").hidden = drifts === 0;
    document.querySelector(".tools output").textContent = `${count(kept.length, "run")} of ${runs.length.toLocaleString("en")}, ${count(shown.size, "metric")} of ${metrics.length}`;
    for (const card of cards) {
      seen.unobserve(card);
      if (!card.hidden) seen.observe(card);
    }
    rows = ROWS;
    table();
  }

  // The page of a run, which leads back to these filters.
  const address = (run) => `${run.page}${location.hash.includes("=") ? location.hash : ""}`;

  // --- the runs as a table -------------------------------------------------------------------------------------------

  let rows = ROWS;
  const body = document.querySelector("#runs-table tbody");

  function table() {
    const newest = kept.slice(-rows).reverse();
    body.replaceChildren(...newest.map((run) => {
      const [kind, mark, ended] = run.verdict;
      const link = run.page ? make("a", { href: address(run) }, run.id) : run.id;
      const verdict = make("span", { class: `k ${kind}` }, make("span", { "aria-hidden": "true" }, mark), ` ${ended}`);
      return make("tr", {}, make("th", { scope: "row" }, minute(run)), make("td", {}, verdict),
        make("td", {}, link, ...(run.name ? [" ", make("strong", {}, run.name)] : [])), make("td", {}, run.branch), make("td", {}, run.commit), make("td", {}, run.event));
    }));
    byId("more").hidden = kept.length <= rows;
    const older = byId("older");
    if (older) older.hidden = true;
  }

  byId("more").addEventListener("click", () => {
    rows += ROWS;
    table();
  });

  // --- charts --------------------------------------------------------------------------------------------------------

  const along = (run, index) => (value("along") === "runs" ? index : run.date);

  // What is drawn of a long series: in each stretch of two pixels its first, last, lowest and highest point.
  function thinned(points, width) {
    const most = Math.max(200, width);
    if (points.length <= most * 1.5) return points;
    const kept = [], size = (points.length / most) * 4;
    for (let start = 0; start < points.length; start += size) {
      const part = points.slice(Math.floor(start), Math.floor(start + size));
      if (!part.length) continue;
      let low = 0, high = 0;
      part.forEach((point, at) => {
        if (point.value < part[low].value) low = at;
        if (point.value > part[high].value) high = at;
      });
      for (const at of [...new Set([0, low, high, part.length - 1])].sort((one, other) => one - other)) kept.push(part[at]);
    }
    return kept;
  }

  // Lines of slices cross each other: long ones are drawn as the means of as many runs as it takes to see them apart.
  function levelled(points, width) {
    const size = Math.ceil(points.length / Math.max(60, width / 6));
    if (size < 2) return points;
    const found = [];
    for (let start = 0; start < points.length; start += size) {
      const part = points.slice(start, start + size);
      const middle = part[part.length >> 1];
      found.push({ ...middle, value: part.reduce((sum, point) => sum + point.value, 0) / part.length, of: part.length });
    }
    return found;
  }

  function pointsOf(line, index) {
    const found = [];
    kept.forEach((run, at) => {
      const value = line.values[run.at], judged = line.judged[run.at];
      if (value !== null || judged?.kind === "missing") found.push({ x: along(run, at), at, value, run, ...judged, line, index });
    });
    return found;
  }

  // Pieces of a line: it has a gap where a run has no number. Where most have none it was never one of every run: there only
  // what a rule missed is a gap.
  function pieces(points) {
    const there = points.filter((point) => point.value !== null);
    const often = there.length * 2 > kept.length - (there[0]?.at ?? 0);
    const found = [];
    let last = null;
    for (const point of points) {
      if (point.value === null) {
        last = null;
        continue;
      }
      if (last === null || (often && point.at > last + 1)) found.push([]);
      found[found.length - 1].push(point);
      last = point.at;
    }
    return found;
  }

  // Pieces as one line, NaN between them.
  const joined = (some) => some.flatMap((points, index) => (index ? [{ ...points[0], value: NaN }, ...points] : points));

  // What these lines needed, each course once: slices mostly share theirs.
  function limitsOf(some, width) {
    const found = new Map();
    for (const limit of some.flatMap((line) => line.limits)) {
      const steps = stepsOf(limit, width), course = `${limit.level === "block"}${limit.steps}`;
      if (!found.has(course) && steps.some((step) => Number.isFinite(step.value))) found.set(course, { steps, blocks: limit.level === "block" });
    }
    return [...found.values()];
  }

  // The threshold as it was at each run, with a gap where the rule did not judge.
  function stepsOf(limit, width) {
    const points = kept.map((run, at) => ({ x: along(run, at), value: limit.thresholds[run.at] }));
    const steps = points.filter((point, at) => at === 0 || at === points.length - 1 || point.value !== points[at - 1].value || point.value !== points[at + 1].value);
    return steps.length > 3 * width ? thinned(steps, width) : steps.map((point) => ({ ...point, value: point.value ?? NaN }));
  }

  // What was needed at one run only makes no line.
  const lonely = (step, at, all) => Number.isFinite(step.value) && !Number.isFinite(all[at - 1]?.value) && !Number.isFinite(all[at + 1]?.value);
  const DASHES = { draw: (context) => [-7, 2].forEach((from) => (context.moveTo(from, 0), context.lineTo(from + 5, 0))) };

  function told(point) {
    const { run, line } = point;
    if (point.of) return `${line.slice}: ${measured(line, point.value)}, the mean of ${point.of} runs around\n${minute(run)} UTC`;
    const needs = asked(point), facts = [run.branch, run.commit].filter(Boolean).join(" · ");
    return `${line.slice ? `${line.slice}: ` : ""}${measured(line, point.value, neededBy(point))}${needs ? `, ${needs}` : ""}${point.kind ? ` — ${word(point)}` : ""}\n${minute(run)} UTC, run ${run.verdict[1]} ${run.verdict[2]}${run.name ? ` (${run.name})` : ""}${facts ? `\n${facts}` : ""}${run.page ? "\nclick for its report" : ""}`;
  }

  function slicesOf(metric) {
    return value("slices") || metric.whole.slice ? worstFirst(metric.slices, kept).slice(0, MOST_SLICES) : [];
  }

  // Where other rows were measured than at the run before of the same branch, as far as one knows.
  function newSets() {
    const last = new Map(), found = new Set();
    for (const run of kept) {
      if (!run.set) continue;
      if (last.has(run.branch) && last.get(run.branch) !== run.set) found.add(run.at);
      last.set(run.branch, run.set);
    }
    return found;
  }

  // The days of some runs, as many as there is room for.
  function ofRuns(width) {
    const most = Math.max(1, Math.min(8, kept.length - 1, Math.floor(width / 115)));
    const ticks = [...new Set(Array.from({ length: most + 1 }, (_, at) => Math.round((at * (kept.length - 1)) / most)))];
    return { label: null, ticks, tickFormat: (at) => kept[at]?.date.toISOString().slice(0, 10) ?? "" };
  }

  // Moments in UTC, of 24 hours; what a tick shares with the one before it is not repeated.
  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  function ofTime(width) {
    const tickFormat = (date, at, all) => {
      const step = Math.ceil((all.length * 62) / width); // a week fits between two ticks more often than its words do
      if (at % step) return "";
      const [day, time] = [date.toISOString().slice(0, 10), date.toISOString().slice(11, 16)];
      const before = at ? all[at - step].toISOString() : "";
      const [year, dated] = [before.slice(0, 4) === day.slice(0, 4) ? "" : day.slice(0, 4), `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`];
      if (all.some((each) => each % 864e5)) return before.slice(0, 10) === day ? time : `${time}\n${dated} ${year}`.trimEnd();
      if (all.length === 1) return `${dated}\n${year}`;
      if (all.every((each) => each.getUTCDate() === 1 && !each.getUTCMonth())) return day.slice(0, 4);
      return `${all.every((each) => each.getUTCDate() === 1) ? MONTHS[date.getUTCMonth()] : dated}\n${year}`.trimEnd();
    };
    return { type: "utc", label: null, ticks: Math.max(2, Math.round(width / 90)), tickFormat };
  }

  const STROKES = ["var(--s1)", "var(--s2)", "var(--s3)", "var(--s4)", "var(--s5)", "var(--s6)", "var(--s7)", "var(--s8)"];

  function draw(card, room) {
    const { metric } = card, width = Math.max(260, room ?? card.clientWidth - 28);
    const slices = slicesOf(metric);
    const whole = pointsOf(metric.whole, -1);
    const parts = pieces(whole), long = whole.length > Math.max(200, width) * 1.5;
    const line = long ? parts.map((part) => thinned(part, (width * part.length) / whole.length)) : parts;
    const points = slices.map((each, index) => pointsOf(each, index));
    const sliced = points.map((each) => {
      const there = each.filter((point) => point.value !== null), level = levelled(there, width);
      return level === there ? pieces(each) : [level];
    });
    const marked = [...whole.filter((point) => point.kind && (point.kind !== "holds" || whole.length <= MOST_DOTS)), ...points.flat().filter((point) => point.kind && point.kind !== "holds")];
    const rug = marked.length > MOST_MARKS; // marks that would hide the line stand below it
    const changes = new Set(metric.whole.changes ?? []);
    const sets = newSets();
    const limits = limitsOf([metric.whole, ...slices], width);
    const values = [...line.flat(), ...sliced.flat(2), ...limits.flatMap(({ steps }) => steps)].map((point) => point.value).filter(Number.isFinite);
    const foot = values.length ? Math.min(...values) : 0; // where what has no number is marked
    for (const point of marked) point.y = point.value ?? foot;
    const every = [...line.flat(), ...sliced.flat(2), ...marked.filter((point) => point.value === null)];
    const lone = [...line, ...sliced.flat()].filter((part) => part.length === 1 && !marked.includes(part[0])).flat();
    const left = Math.max(1, ...values.map((each) => digits(each).length)) * FONT * 0.62 + 18;
    const byRun = value("along") === "runs";
    const picture = Plot.plot({
      className: "chart", width, height: 200, marginLeft: Math.min(left, 92), marginRight: byRun ? 40 : 22, marginTop: 14, marginBottom: 38, inset: 4,
      style: { fontSize: `${FONT}px` },
      x: byRun ? ofRuns(width - left - 40) : ofTime(width - left - 22),
      y: { grid: true, nice: true, label: null, insetBottom: rug ? 12 : 4, ticks: 5, tickFormat: digits },
      marks: [
        Plot.ruleX(kept.map((run, at) => ({ run, x: along(run, at) })).filter(({ run }) => sets.has(run.at)), { x: "x", stroke: "var(--quiet)", strokeDasharray: "2 3" }),
        Plot.ruleX(whole.filter((point) => changes.has(point.run.at)), { x: "x", stroke: "var(--link)", strokeOpacity: 0.5 }),
        Plot.text(whole.filter((point) => changes.has(point.run.at)), { x: "x", text: () => "▽", frameAnchor: "top", dy: -12, fill: "var(--link)" }),
        ...limits.map(({ steps, blocks }) => Plot.line(steps, { x: "x", y: "value", curve: "step-after", stroke: "var(--limit)", strokeWidth: blocks ? 1.75 : 1.25, strokeDasharray: blocks ? "6 4" : "2 3" })),
        Plot.dot(kept.length > 1 ? limits.flatMap(({ steps }) => steps.filter(lonely)) : [], { x: "x", y: "value", stroke: "var(--limit)", strokeWidth: 1.75, symbol: DASHES }),
        ...sliced.map((some, index) => Plot.line(joined(some), { x: "x", y: "value", stroke: STROKES[index], strokeWidth: 1.25 })),
        Plot.line(joined(line), { x: "x", y: "value", stroke: "var(--text)", strokeWidth: metric.whole.slice ? 2.25 : 1.75 }),
        Plot.dot(lone, { x: "x", y: "value", r: 2, fill: (point) => STROKES[point.index] ?? "var(--text)" }),
        Plot.ruleY(kept.length === 1 ? limits.flatMap(({ steps }) => steps).filter((step) => !Number.isNaN(step.value)) : [], { y: "value", stroke: "var(--limit)", strokeWidth: 1.75, strokeDasharray: "6 4" }),
        ...Object.entries(LOOK).map(([kind, [symbol, stroke, fill]]) => Plot.dot(rug ? someOf(marked.filter((point) => point.kind === kind), width / 7) : marked.filter((point) => point.kind === kind), {
          x: "x", symbol, stroke, fill, strokeWidth: kind === "holds" ? 1 : rug ? 1.25 : 2, r: kind === "holds" ? 2 : rug ? 2.5 : 3.5, ...(rug ? { frameAnchor: "bottom", dy: -4 } : { y: "y" }),
        })),
        ...(room ? [] : [
          Plot.dot(every, Plot.pointer({ x: "x", y: (point) => point.value ?? point.y, r: 5, stroke: "var(--link)", strokeWidth: 2 })),
          Plot.tip(every, Plot.pointer({ x: "x", y: (point) => point.value ?? point.y, title: told, fill: "var(--page)", stroke: "var(--line)", maxRadius: 60 })),
        ]),
      ],
    });
    for (const part of picture.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label"); // it is one picture
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-labelledby", card.firstChild.id);
    picture.addEventListener("input", () => picture.classList.toggle("leads", Boolean(picture.value?.run.page)));
    picture.addEventListener("click", () => {
      if (picture.value?.run.page) location.href = address(picture.value.run);
    });
    card.querySelector(".chart")?.replaceWith(picture) ?? card.append(picture);
    caption(card, whole, slices);
    card.style.minHeight = "";
    card.drawnFor = card.clientWidth;
  }

  // Marks that would lie on each other: one stands for its neighbours.
  function someOf(points, most) {
    const size = Math.ceil(points.length / most);
    return points.filter((_, at) => at % size === 0);
  }

  function caption(card, points, slices) {
    const { metric } = card, now = latest(metric.whole, kept), every = [metric.whole, ...metric.slices];
    const judged = kept.filter((run) => every.some((line) => line.judged[run.at]));
    const last = judged[judged.length - 1];
    const standing = last ? every.filter((line) => line.judged[last.at]).map((line) => ({ line, run: last, value: line.values[last.at], ...line.judged[last.at] })) : [];
    standing.sort((one, other) => WORST.indexOf(one.kind) - WORST.indexOf(other.kind));
    card.className = `card ${standing[0]?.kind ?? ""}`;
    card.querySelector(".now").replaceChildren(...(now ? [make("b", now.kind ? { class: `k ${now.kind}` } : {}, measured(metric.whole, now.value, neededBy(now))), ` ${asked(now)}`.trimEnd()] : ["no value"]));
    card.querySelector(".amiss").replaceChildren(...amissOf(standing.filter(({ line, kind }) => line !== metric.whole && AMISS.includes(kind))));
    const changes = (metric.whole.changes ?? []).map((at) => runs[at]).filter((run) => kept.includes(run));
    const failing = judged.filter((run) => every.some((line) => line.judged[run.at] && line.judged[run.at].kind !== "holds")).length;
    const what = [count(points.length, "run")];
    if (last) what.push(failing ? `${failing === judged.length ? "none holds" : `${failing} of them ${failing === 1 ? "does" : "do"} not hold`}` : "all hold");
    if (now?.kind && !["fails", "holds"].includes(now.kind)) what.push(word(now));
    if (changes.length) what.push(`a new level ${changes.length === 1 ? "" : `${changes.length} times, last `}from ${changes[changes.length - 1].date.toISOString().slice(0, 10)}`);
    if (metric.whole.slice) what.push(`bold: ${metric.whole.slice}`);
    const more = metric.slices.length - slices.length;
    if (slices.length && more > 0) what.push(`the ${slices.length} ${metric.whole.better || slices.some((line) => AMISS.includes(latest(line, kept)?.kind)) ? "worst" : "lowest"} of ${metric.slices.length} slices`);
    card.querySelector(".what").textContent = what.join(" · ");
    const swatches = slices.map((line, index) => {
      const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      icon.setAttribute("aria-hidden", "true");
      for (const [name, set] of Object.entries({ width: "100%", height: "100%", fill: STROKES[index] })) bar.setAttribute(name, set);
      icon.append(bar);
      return make("li", {}, icon, line.slice);
    });
    card.querySelector(".swatches").replaceChildren(...swatches);
    card.querySelector(".swatches").hidden = !swatches.length;
  }

  // Which slices do not hold, by how they stand.
  function amissOf(some) {
    return AMISS.map((kind) => [kind, some.filter((each) => each.kind === kind)]).filter(([, found]) => found.length).flatMap(([kind, found]) => {
      const shown = found.slice(0, MOST_AMISS).map((each) => `${each.line.slice} ${measured(each.line, each.value, neededBy(each))} ${asked(each)}`.trimEnd());
      const more = found.length - shown.length;
      return [make("span", {}, make("span", { class: `k ${kind}` }, kind === "missing" ? "no value" : kind), `: ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""} `)];
    });
  }

  const cards = metrics.map((metric, at) => {
    const card = make("figure", { class: "card" });
    const head = make("figcaption", { id: `metric-${at}` }, make("h3", {}, make("code", {}, metric.name)), make("span", { class: "now" }), make("span", { class: "what" }), make("span", { class: "amiss" }));
    card.append(head, make("ul", { class: "swatches", hidden: "" }));
    card.metric = metric;
    card.style.minHeight = "17rem";
    byId(metric.drift ? "drift-cards" : "cards").append(card);
    return card;
  });

  // Those in sight, and soon to be.
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting && !target.hidden && target.drawnFor !== target.clientWidth) draw(target);
    }
  }, { rootMargin: "500px" });

  let waiting = 0;
  const later = (what, after) => () => {
    clearTimeout(waiting);
    waiting = setTimeout(what, after);
  };
  const apply = () => {
    keep();
    filter();
  };
  for (const field of Object.values(FIELDS)) field?.addEventListener(field.type === "search" ? "input" : "change", field.type === "search" ? later(apply, 150) : apply);
  byId("reset").addEventListener("click", () => {
    history.replaceState(null, "", location.pathname + location.search);
    read();
    apply();
  });
  document.querySelector(".tools").addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", () => {
    if (location.hash && !location.hash.includes("=")) return;
    read();
    filter();
  });
  // A link within the page must not take the filters out of the address.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    const target = link && byId(link.getAttribute("href").slice(1));
    if (!target) return;
    event.preventDefault();
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  });
  addEventListener("resize", later(() => {
    for (const card of cards) {
      if (card.hidden || !card.drawnFor) continue;
      seen.unobserve(card);
      seen.observe(card);
    }
  }, 150));
  addEventListener("beforeprint", () => {
    for (const card of cards) if (!card.hidden) draw(card, 720);
  });
  addEventListener("afterprint", () => {
    for (const card of cards) if (!card.hidden && card.clientWidth) draw(card);
  });

  for (const hidden of document.querySelectorAll(".drawn[hidden]")) hidden.hidden = false;
  document.querySelector(".tools").hidden = false;
  read();
  filter();
})();
