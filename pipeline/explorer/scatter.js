/* The plot: its points, its ranges, and the position of an image on the screen. */

const bokeh = {};
let quiet = false;

async function embedPlot() {
  const item = JSON.parse(element("bokeh-plot").textContent);
  const views = await Bokeh.embed.embed_item(item, "plot");
  const find = (name) => Bokeh.documents[0].get_model_by_name(name);
  for (const name of ["plot", "points", "colours", "x", "y", "box", "lasso", "pan"]) bokeh[name] = find(name);
  bokeh.view = views.get(bokeh.plot);
  bokeh.view.canvas_view.events_el.removeAttribute("tabindex");
  for (const axis of ["x", "y"]) bokeh[axis].change.connect(placeRing);
  bokeh.points.selected.properties.indices.change.connect(() => {
    if (!quiet) choose(Array.from(bokeh.points.selected.indices, (point) => view.rows[point]));
  });
}

function drawPoints() {
  findRows();
  const colours = settings.colours[view.colour];
  bokeh.colours.setv({ palette: colours, low: -0.5, high: colours.length - 0.5 });
  quietly(() => {
    bokeh.points.selected.indices = [];
    bokeh.points.data = {
      x: Float64Array.from(view.rows, (image) => along("x").value[image]),
      y: Float64Array.from(view.rows, (image) => along("y").value[image]),
      code: Float64Array.from(view.rows, (image) => images[view.colour][image]),
    };
  });
  markChosen();
  forgetOrders();
  for (const axis of ["x", "y"]) {
    const label = `${quantity(along(axis))} under ${described(along(axis))}, nats`;
    bokeh.plot[axis === "x" ? "below" : "left"][0].axis_label = label;
  }
  element("plot").setAttribute(
    "aria-label",
    `${along("y").name} against ${along("x").name}, ${counted(view.rows.length, "image")}`,
  );
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

/* Give both axes the same range, so that models agree on the diagonal. */
function showAll() {
  let low = Infinity;
  let high = -Infinity;
  for (const image of view.rows) {
    for (const axis of ["x", "y"]) {
      low = Math.min(low, along(axis).value[image]);
      high = Math.max(high, along(axis).value[image]);
    }
  }
  if (low > high) return;
  const margin = 0.03 * (high - low) || 1;
  for (const axis of ["x", "y"]) bokeh[axis].setv({ start: low - margin, end: high + margin });
}

function zoom(factor) {
  for (const axis of ["x", "y"]) {
    const { start, end } = bokeh[axis];
    const [middle, half] = [(start + end) / 2, ((end - start) / 2) * factor];
    bokeh[axis].setv({ start: middle - half, end: middle + half });
  }
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
  const part = (axis) => (along(axis).value[image] - bokeh[axis].start) / (bokeh[axis].end - bokeh[axis].start);
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
