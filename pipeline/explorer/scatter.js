/* The plot: its points, its ranges, and the position of an image on the screen. */

const bokeh = {};
const PARTS = ["plot", "points", "colours", "x", "y", "box", "lasso", "pan", "line", "x-grid", "y-grid"];
/* Factor by which a step of zoom makes the ranges of the axes shorter. */
const CLOSER = 0.6;
let quiet = false;

async function embedPlot() {
  const item = JSON.parse(element("bokeh-plot").textContent);
  const views = await Bokeh.embed.embed_item(item, "plot");
  for (const name of PARTS) bokeh[name] = Bokeh.documents[0].get_model_by_name(name);
  bokeh.view = views.get(bokeh.plot);
  /* Only the element around the plot takes the focus, since it has a name and listens to keys. Bokeh makes its canvas
     focusable too and has no option against that, so the canvas is looked up in a view, which is no public interface. */
  bokeh.view.canvas_view.events_el.removeAttribute("tabindex");
  for (const axis of ["x", "y"]) {
    bokeh[axis].change.connect(() => {
      placeRing();
      remember();
    });
  }
  bokeh.points.selected.properties.indices.change.connect(() => {
    if (!quiet) choose(Array.from(bokeh.points.selected.indices, (point) => view.rows[point]));
  });
  bokeh.plot.on_event("selectiongeometry", ({ geometry, final }) => {
    if (final && geometry.type === "rect" && !dragged.modified) chooseBox(geometry);
  });
}

/* Give the plot the colours of the page, light or dark. */
function dressPlot() {
  const style = getComputedStyle(document.documentElement);
  const [ink, line] = ["--ink", "--line"].map((name) => style.getPropertyValue(name).trim());
  for (const side of ["below", "left"]) {
    bokeh.plot[side][0].setv({
      axis_label_text_color: ink,
      major_label_text_color: ink,
      axis_line_color: line,
      major_tick_line_color: line,
    });
  }
  for (const axis of ["x", "y"]) bokeh[`${axis}-grid`].setv({ grid_line_color: line, grid_line_alpha: 0.6 });
}

function drawPoints() {
  const { palette, low, high } = scale;
  bokeh.colours.setv({ palette, low, high });
  quietly(() => {
    bokeh.points.selected.indices = [];
    bokeh.points.data = {
      x: Float64Array.from(view.rows, (image) => at("x", image)),
      y: Float64Array.from(view.rows, (image) => at("y", image)),
      colour: Float64Array.from(view.rows, scale.of),
    };
  });
  markChosen();
  forgetOrders();
  bokeh.plot.below[0].axis_label = axisTitle("x");
  bokeh.plot.left[0].axis_label = axisTitle("y");
  bokeh.line.setv({ gradient: view.plot === "against" ? 1 : 0, visible: !incomparable().length });
  element("plot").setAttribute("aria-label", plotTitle());
}

function markChosen() {
  const points = [...view.rows.keys()].filter((point) => view.chosen.has(view.rows[point]));
  quietly(() => (bokeh.points.selected.indices = points));
}

function quietly(change) {
  quiet = true;
  change();
  quiet = false;
}

/* Return the ranges that show every point; when models are set against each other, they agree on the diagonal. */
function wholeRanges() {
  const ends = { x: [Infinity, -Infinity], y: [Infinity, -Infinity] };
  for (const axis of ["x", "y"]) {
    for (const image of view.rows) {
      const value = at(axis, image);
      ends[axis] = [Math.min(ends[axis][0], value), Math.max(ends[axis][1], value)];
    }
  }
  if (view.plot === "against" && !incomparable().length) {
    ends.x = ends.y = [Math.min(ends.x[0], ends.y[0]), Math.max(ends.x[1], ends.y[1])];
  }
  const padded = ([low, high]) => {
    const margin = 0.03 * (high - low) || 1;
    return low > high ? [0, 1] : [low - margin, high + margin];
  };
  return { x: padded(ends.x), y: padded(ends.y) };
}

function setRanges(ranges) {
  for (const axis of ["x", "y"]) bokeh[axis].setv({ start: ranges[axis][0], end: ranges[axis][1] });
}

function showAll() {
  setRanges(wholeRanges());
}

function zoom(factor) {
  const closer = ({ start, end }) => {
    const [middle, half] = [(start + end) / 2, ((end - start) / 2) * factor];
    return [middle - half, middle + half];
  };
  setRanges({ x: closer(bokeh.x), y: closer(bokeh.y) });
}

/* Return the position and size of the plot's frame in the coordinates of the element around the plot. */
function frame() {
  const inner = bokeh.view.frame.bbox;
  const outer = bokeh.view.el.getBoundingClientRect();
  const stage = element("stage").getBoundingClientRect();
  const [left, top] = [outer.left - stage.left + inner.left, outer.top - stage.top + inner.top];
  return { left, top, width: inner.width, height: inner.height };
}

function placeOf(image, inner = frame()) {
  const part = (axis) => (at(axis, image) - bokeh[axis].start) / (bokeh[axis].end - bokeh[axis].start);
  return { left: inner.left + part("x") * inner.width, top: inner.top + (1 - part("y")) * inner.height };
}

/* Return the image nearest to a position in the stage, at most `reach` pixels away; -1 if there is none. */
function nearest(left, top, reach) {
  const inner = frame();
  if (left < inner.left || left > inner.left + inner.width || top < inner.top || top > inner.top + inner.height) return -1;
  let [best, distance] = [-1, reach ** 2];
  for (const image of view.rows) {
    const place = placeOf(image, inner);
    const square = (place.left - left) ** 2 + (place.top - top) ** 2;
    if (square < distance) [best, distance] = [image, square];
  }
  return best;
}

function placeRing() {
  const ring = element("ring");
  const inner = frame();
  const shown = view.current >= 0 && isShown(view.current);
  const place = shown ? placeOf(view.current, inner) : { left: -1, top: -1 };
  const [right, bottom] = [inner.left + inner.width, inner.top + inner.height];
  ring.hidden = !(place.left >= inner.left && place.left <= right && place.top >= inner.top && place.top <= bottom);
  ring.style.left = `${place.left}px`;
  ring.style.top = `${place.top}px`;
}
