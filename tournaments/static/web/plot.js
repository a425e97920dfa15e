// Draws the charts of a page with Plotly, which is loaded once, when the first of them comes into view.
// Colours are the design's tokens; names stand beside what they name; the table under each chart says the same.

const ROLES = {
  crowd: "--chart-crowd", one: "--chart-one", many: "--chart-many",
  benchmark: "--chart-benchmark", own: "--accent", other: "--chart-other",
};
// Two style elements that Plotly would make and the policy would block; it makes none where these ids exist.
const TAKEN = ["9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53"];
const LABEL = 13, LETTER = 6.6, APART = 16, NARROW = 560, BRIEF = 10;
const FEW = 8;
// Days before months, as on every page; what follows the line break is written where it changes.
const MINUTE = 60_000, DAY = 86_400_000;
const MOMENTS = [
  { dtickrange: [null, MINUTE], value: "%H:%M:%S\n%-d %b %Y" },
  { dtickrange: [MINUTE, DAY], value: "%H:%M\n%-d %b %Y" },
  { dtickrange: [DAY, "M1"], value: "%-d %b\n%Y" },
  { dtickrange: ["M1", "M12"], value: "%b\n%Y" },
  { dtickrange: ["M12", null], value: "%Y" },
];
const coarse = matchMedia("(pointer: coarse)").matches;
const dark = matchMedia("(prefers-color-scheme: dark)");
const drawn = new Set();
let library;

function load(address) {
  // A report that opens without a server has the library in it.
  library ??= window.Plotly ? Promise.resolve(window.Plotly) : new Promise((done, failed) => {
    for (const id of TAKEN) document.head.append(Object.assign(document.createElement("meta"), { id }));
    const script = Object.assign(document.createElement("script"), { src: address });
    script.onload = () => done(window.Plotly);
    script.onerror = () => failed(new Error("Plotly did not load"));
    document.head.append(script);
  });
  return library;
}

function look(element) {
  const tokens = getComputedStyle(element);
  const token = (name) => tokens.getPropertyValue(name).trim();
  return {
    ink: token("--ink"), quiet: token("--quiet"), line: token("--line"), paper: token("--paper"),
    sans: token("--sans"), of: (role) => token(ROLES[role] ?? role),
  };
}

const washed = (hex, share) => `${hex}${Math.round(share * 255).toString(16).padStart(2, "0")}`;

function local(iso) {
  const at = new Date(iso);
  const two = (n) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} `
    + `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

const places = (chart, xs) => (chart.x.time ? xs.map((x) => x && local(x)) : xs);

function traces(chart, style) {
  return chart.series.flatMap((one) => {
    const color = style.of(one.role);
    const x = places(chart, one.x);
    const words = { hovertext: one.hover, hovertemplate: "%{hovertext}<extra></extra>", name: one.name };
    const spread = one.low.length > 0;
    const whiskers = spread && {
      type: "data", symmetric: false, color: washed(color, 0.55), thickness: 1.5, width: 0,
      array: one.y.map((y, i) => one.high[i] - y), arrayminus: one.y.map((y, i) => y - one.low[i]),
    };
    if (one.kind === "bars") {
      const height = one.base === null ? one.y : one.y.map((y) => (y === null ? null : y - one.base));
      return [{ ...words, type: "bar", x, y: height, base: one.base ?? undefined,
        marker: { color }, ...(whiskers && { error_y: whiskers }) }];
    }
    if (one.kind === "dots") {
      return [{ ...words, type: "scatter", mode: "markers", x, y: one.y,
        marker: { color, size: 7, line: { color: style.paper, width: 1 } },
        ...(whiskers && { error_y: whiskers }) }];
    }
    const band = spread ? bands(one, x, washed(color, 0.18)) : [];
    const few = x.length <= 40;
    return [...band, { ...words, type: "scatter", mode: few ? "lines+markers" : "lines", x, y: one.y,
      line: { color, width: 2 }, marker: { color, size: 5 } }];
  });
}

// A band is one polygon for each run of points that stand together; a point alone has a stroke.
function bands(one, x, color) {
  const runs = [[]];
  for (let i = 0; i < x.length; i++) {
    if (one.low[i] === null || one.high[i] === null) runs.push([]);
    else runs.at(-1).push(i);
  }
  const shape = { type: "scatter", mode: "lines", hoverinfo: "skip", line: { color, width: 0 } };
  return runs.filter((run) => run.length).map((run) => {
    const back = run.toReversed();
    const ends = { x: [...run, ...back].map((i) => x[i]), y: [...run.map((i) => one.low[i]), ...back.map((i) => one.high[i])] };
    return run.length > 1 ? { ...shape, ...ends, fill: "toself", fillcolor: color }
      : { ...shape, ...ends, line: { color, width: 5 } };
  });
}

// The names at the right edge: of horizontal references, and of series at their last points.
function names(chart, style) {
  const found = chart.references.filter((r) => r.axis === "y")
    .map((r) => ({ y: r.value, text: r.label, color: style.quiet }));
  for (const one of chart.series) {
    const last = one.y.findLastIndex((y) => y !== null);
    if (one.label && last >= 0) {
      found.push({ y: one.y[last], x: places(chart, one.x)[last], text: one.label, color: style.of(one.role) });
    }
  }
  return found.sort((a, b) => a.y - b.y);
}

// Words in lines of BRIEF letters, a new one after each comma, so that a name fits beside a narrow chart.
function folded(text) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (lines.at(-1) && (longer.length > BRIEF || lines.at(-1).endsWith(","))) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function span(chart) {
  if (chart.y.range) return chart.y.range;
  const all = chart.series.flatMap((one) => [...one.y, ...one.low, ...one.high, one.kind === "bars" ? one.base ?? 0 : null]);
  all.push(...chart.references.filter((r) => r.axis === "y").map((r) => r.value), ...chart.marks.map((m) => m.y));
  const known = all.filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  const bars = chart.series.some((one) => one.kind === "bars" && one.base === null);
  return [bars && low >= 0 ? 0 : low - room, high + room];
}

function layout(chart, style, width, height) {
  const labels = names(chart, style).map((label) => ({ ...label, lines: width < NARROW ? folded(label.text) : [label.text] }));
  const longest = Math.max(0, ...labels.flatMap((label) => label.lines.map((line) => line.length)));
  const inside = width < NARROW && longest > BRIEF;
  const margin = { l: 8, r: inside ? 12 : 16 + Math.ceil(longest * LETTER), t: 28, b: 8 };
  const [low, high] = span(chart);
  const axis = (one) => ({
    title: { text: one.title, standoff: 8, font: { color: style.quiet, size: LABEL } },
    automargin: true, separatethousands: true, exponentformat: "none", gridcolor: style.line, linecolor: style.line, zeroline: false,
    tickfont: { color: style.quiet, size: 12 }, tickformat: one.tick || undefined, fixedrange: coarse,
  });
  const lines = chart.references.map((r) => ({
    type: "line", layer: "above", line: { color: style.quiet, width: 1, dash: "dot" },
    ...(r.axis === "xy" ? diagonal(chart) : r.axis === "x"
      ? { x0: r.value, x1: r.value, yref: "paper", y0: 0, y1: 1 }
      : { y0: r.value, y1: r.value, xref: "paper", x0: 0, x1: 1 }),
  }));
  return {
    margin, shapes: lines, annotations: annotations(chart, style, labels, { inside, low, high, height }),
    xaxis: { ...axis(chart.x), type: kindOf(chart), range: chart.x.range ?? undefined, showgrid: false, ...ticks(chart, width - margin.r) },
    yaxis: { ...axis(chart.y), range: [low, high], ...(chart.y.whole && high - low < FEW && { dtick: 1 }) },
    showlegend: false, bargap: 0.25, barmode: "overlay", dragmode: coarse ? false : "zoom",
    hovermode: chart.series.filter((one) => one.kind === "line").length > 1 ? "x" : "closest",
    paper_bgcolor: style.paper, plot_bgcolor: style.paper,
    font: { family: style.sans, size: 12, color: style.ink },
    hoverlabel: { bgcolor: style.ink, bordercolor: style.ink, font: { family: style.sans, color: style.paper, size: LABEL } },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: style.quiet, activecolor: style.ink },
  };
}

function kindOf(chart) {
  if (chart.x.time) return "date";
  return chart.series.some((one) => one.x.some((x) => typeof x === "string")) ? "category" : "linear";
}

function reach(chart) {
  const all = chart.series.flatMap((one) => one.x);
  return Math.max(...all) - Math.min(...all);
}

// As many words as stand beside one another without turning.
function ticks(chart, width) {
  const moments = chart.x.time ? { tickformatstops: MOMENTS } : {};
  const most = Math.max(3, Math.floor(width / 100));
  if (chart.x.whole && reach(chart) < most) return { dtick: 1 };
  if (kindOf(chart) !== "category") return { nticks: most, ...moments };
  const longest = Math.max(...chart.series.flatMap((one) => one.x.map((x) => String(x).length)));
  return { nticks: Math.max(2, Math.floor((width - 64) / (longest * LETTER + 16))), tickangle: 0 };
}

function diagonal(chart) {
  const [x, y] = [chart.x.range ?? [0, 1], chart.y.range ?? [0, 1]];
  const [from, to] = [Math.max(x[0], y[0]), Math.min(x[1], y[1])];
  return { x0: from, y0: from, x1: to, y1: to };
}

// Names that would lie on one another are moved apart; on narrow screens they stand inside, above their lines.
function annotations(chart, style, labels, { inside, low, high, height }) {
  const perPixel = (high - low) / Math.max(1, height - 80);
  let free = -Infinity;
  const beside = labels.map((label) => {
    const y = Math.max(label.y, free);
    const lines = inside ? [label.text] : label.lines;
    free = y + lines.length * APART * perPixel;
    const words = { y, text: lines.map(escape).join("<br>"), align: "left", showarrow: false, bgcolor: inside ? washed(style.paper, 0.75) : undefined,
      font: { color: label.color, size: LABEL } };
    return inside || (label.x !== undefined && chart.series.length === 1 && !chart.references.length)
      ? { ...words, xref: "paper", x: 1, xanchor: "right", yanchor: "bottom" }
      : { ...words, xref: "paper", x: 1, xanchor: "left", xshift: 8, yanchor: "middle" };
  });
  const above = chart.references.filter((r) => r.axis === "x").map((r) => ({
    x: r.value, yref: "paper", y: 1, yanchor: "bottom", showarrow: false, text: escape(r.label),
    font: { color: style.quiet, size: LABEL },
  }));
  const along = chart.references.filter((r) => r.axis === "xy").map((r) => {
    const end = diagonal(chart);
    return { x: end.x1, y: end.y1, xanchor: "right", yanchor: "top", xshift: -24, showarrow: false, text: escape(r.label),
      font: { color: style.quiet, size: LABEL } };
  });
  // A mark that names a line stands to its upper left, others above their point.
  const marks = chart.marks.map((mark) => ({
    x: chart.x.time ? local(mark.x) : mark.x, y: mark.y, text: escape(mark.text), arrowhead: 0,
    ...(mark.role ? { ax: -24, ay: -8, xanchor: "right", bgcolor: washed(style.paper, 0.75) } : { ax: 0, ay: -24 }),
    arrowwidth: 1, arrowcolor: style.quiet, font: { color: mark.role ? style.of(mark.role) : style.ink, size: LABEL },
  }));
  return [...beside, ...above, ...along, ...marks];
}

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

async function draw(room) {
  const chart = JSON.parse(room.dataset.chart);
  const figure = room.closest("figure");
  try {
    const plotly = await load(figure.dataset.plotly);
    const style = look(room);
    const [width, height] = [room.clientWidth, room.clientHeight];
    const [data, plan] = [traces(chart, style), { ...layout(chart, style, width, height), width, height }];
    await plotly.react(room, data, plan, {
      displaylogo: false, displayModeBar: coarse ? false : "hover", scrollZoom: false,
      showSendToCloud: false, showTips: false, modeBarButtons: [["zoom2d", "pan2d", "resetScale2d", picture(plotly, chart)]],
    });
    speak(room, chart);
    room.dataset.state = "drawn";
  } catch {
    room.dataset.state = "failed";
    room.textContent = "The chart could not be drawn. The table below has the same numbers.";
    figure.querySelector("details").open = true;
  }
}

// The button that keeps the chart as a picture, with its title on it.
function picture(plotly, chart) {
  const click = (room) => {
    const [width, height] = [room.clientWidth, room.clientHeight + 40];
    const style = look(room);
    const plan = layout(chart, style, width, height);
    const title = { text: escape(chart.title), x: 0, xref: "paper", xanchor: "left", font: { size: 16, color: style.ink } };
    const filename = chart.title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
    const margin = { ...plan.margin, t: 68 };
    plotly.downloadImage({ data: traces(chart, style), layout: { ...plan, title, margin, width, height } },
      { format: "png", scale: 2, filename, width, height });
  };
  return { name: "picture", title: "Download as PNG", icon: plotly.Icons.camera, click };
}

function speak(room, chart) {
  for (const [index, svg] of room.querySelectorAll("svg.main-svg").entries()) {
    if (index) svg.setAttribute("aria-hidden", "true");
    else {
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", `${chart.title} A chart of ${chart.y.title} by ${chart.x.title}; the table below says the same.`);
    }
  }
}

const sizes = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    if (target.dataset.state === "drawn" && Math.abs(target.dataset.width - contentRect.width) >= 1) draw(target);
    target.dataset.width = contentRect.width;
  }
});

const views = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    views.unobserve(target);
    drawn.add(target);
    draw(target);
    sizes.observe(target);
  }
}, { rootMargin: "200px" });

function scan() {
  for (const room of drawn) if (!room.isConnected) drawn.delete(room);
  for (const room of document.querySelectorAll("[data-chart]:not([data-state])")) {
    room.dataset.state = "wanted";
    views.observe(room);
  }
}

dark.addEventListener("change", () => drawn.forEach(draw));
for (const event of ["page:changed", "htmx:afterSettle"]) document.addEventListener(event, scan);
scan();
