/* The selected images: their means, a wall and a table of the first of them, and a file with all of them. */

const ORDERS = {
  gain: (image) => -gain(image),
  loss: (image) => gain(image),
  x: (image) => along("x").value[image],
  y: (image) => along("y").value[image],
  id: (image) => images.id[image],
};

/* Select images; `rule` has the bounds that they lie within, if they were selected by bounds. */
function choose(chosen, rule = null) {
  view.chosen = new Set(chosen);
  view.rule = rule;
  markChosen();
  showSelection();
  remember();
}

/* Select the images of the two models whose measures lie within bounds, an end being null for no limit. */
function chooseWithin(bounds, x = view.x, y = view.y) {
  const all = Object.entries(bounds);
  const fits = (image) =>
    all.every(([name, [low, high]]) => {
      const value = MEASURES[name](image, models[x], models[y]);
      return (low === null || value >= low) && (high === null || value <= high);
    });
  const scoredUnderBoth = (image) => !Number.isNaN(MEASURES.d(image, models[x], models[y]));
  choose([...images.id.keys()].filter((image) => scoredUnderBoth(image) && fits(image)), { x, y, bounds });
}

/* Select by the box that was drawn; its sides are rounded to less than a pixel. */
function chooseBox({ x0, x1, y0, y1 }) {
  const inner = frame();
  const side = (axis, size, ends) => {
    const decimals = Math.max(0, Math.ceil(-Math.log10((bokeh[axis].end - bokeh[axis].start) / size)));
    return ends.map((end) => Number(end.toFixed(decimals))).sort((a, b) => a - b);
  };
  const names = AXES[view.plot];
  chooseWithin({ [names.x]: side("x", inner.width, [x0, x1]), [names.y]: side("y", inner.height, [y0, y1]) });
}

function ordered() {
  const key = ORDERS[element("order").value];
  return selected().sort((a, b) => key(a) - key(b) || images.id[a] - images.id[b]);
}

function showSelection() {
  const found = ordered();
  const first = found.slice(0, settings.wall);
  element("summary").textContent = summaryOf(found, first.length);
  showMeans(found.length ? found : view.rows);
  showBounds();
  element("download").disabled = !found.length;
  element("clear").disabled = !view.chosen.size && !view.rule;
  for (const id of ["wall", "listing", "make-up"]) element(id).hidden = !found.length;
  element("make-up").textContent = makeUp(found);
  element("wall").removeAttribute("aria-activedescendant");
  element("wall").replaceChildren(...first.map(tile));
  for (const axis of ["x", "y"]) element(`head-${axis}`).textContent = along(axis).name;
  element("listing").querySelector("tbody").replaceChildren(...first.map(listing));
}

function summaryOf(found, shown) {
  const hidden = view.chosen.size - found.length;
  if (!view.rows.length) return "The filters leave no image.";
  if (!found.length && hidden) return `The filters hide all ${counted(hidden, "selected image")}.`;
  const nothing = view.rule ? "No image is within these limits" : "Nothing is selected";
  if (!found.length) return `${nothing}; the means are of all ${counted(view.rows.length, "image")} in the plot.`;
  const rest = shown < found.length ? `; the first ${shown} are shown` : "";
  return `${counted(found.length, "image")} of ${grouped(view.rows.length)} selected${rest}${hidden ? `; the filters hide ${grouped(hidden)} more` : ""}.`;
}

/* Show the means of both models and of their difference, image by image, with intervals. */
function showMeans(found) {
  const rows = ["x", "y", "d"].map((name) => {
    const title = name === "d" ? "y \u2212 x" : `${name}: ${along(name).name}`;
    if (!found.length) return tableRow([title, "", ""], [1, 2]);
    const { mean, half } = meanInterval(found.map((image) => measured(name, image)));
    const format = name === "d" ? signed : plain;
    const interval = Number.isNaN(half) ? "one image" : `${format(mean - half)} to ${format(mean + half)}`;
    return tableRow([title, format(mean), interval], [1, 2]);
  });
  if (incomparable().length) rows[2].cells[0].append(" (not comparable)");
  element("means").tBodies[0].replaceChildren(...rows);
}

/* Write the bounds of the selection into the fields, if they are bounds of the two models of the axes. */
function showBounds() {
  const own = view.rule && view.rule.x === view.x && view.rule.y === view.y ? view.rule.bounds : {};
  for (const name of Object.keys(MEASURES)) {
    ["from", "to"].forEach((end, place) => {
      element("ranges").elements[`${name}-${end}`].value = own[name]?.[place] ?? "";
    });
  }
}

function makeUp(found) {
  const parts = [
    [capital(settings.nouns), "label"],
    ["Subsets", "subset"],
  ].map(([title, kind]) => {
    const counts = new Map();
    for (const image of found) counts.set(images[kind][image], (counts.get(images[kind][image]) ?? 0) + 1);
    const all = [...counts].sort((a, b) => b[1] - a[1]);
    return `${title}: ${all.map(([code, count]) => `${nameOf(kind, code)} (${grouped(count)})`).join(", ")}.`;
  });
  return parts.join(" ");
}

function tile(image) {
  const box = document.createElement("div");
  const canvas = document.createElement("canvas");
  draw(canvas, image);
  box.id = `tile-${images.id[image]}`;
  box.setAttribute("role", "option");
  box.setAttribute("aria-selected", "false");
  box.setAttribute("aria-label", `${titleOf(image)}, y minus x ${signed(gain(image), 1)}`);
  box.style.setProperty("--swatch", colourOf(image));
  box.append(canvas, signed(gain(image), 1));
  box.addEventListener("click", () => activate(box));
  return box;
}

/* Make an image of the wall the current one. */
function activate(box) {
  for (const other of element("wall").children) other.setAttribute("aria-selected", String(other === box));
  element("wall").setAttribute("aria-activedescendant", box.id);
  box.scrollIntoView({ block: "nearest" });
  look(images.id.indexOf(Number(box.id.slice("tile-".length))), { aloud: true, keep: true });
}

function listing(image) {
  const places = ["subset", "region"].map((kind) => nameOf(kind, images[kind][image]));
  const values = ["x", "y"].map((axis) => plain(along(axis).value[image]));
  return tableRow([images.id[image], images.label[image], ...places, ...values, signed(gain(image))], [4, 5, 6]);
}

function csv() {
  const header = ["id", "label", "subset", "region"];
  for (const model of models) header.push(`${model.name}.log_likelihood`, `${model.name}.standard_error`);
  const number = (value) => (Number.isNaN(value) ? "" : value.toFixed(3));
  const lines = ordered().map((image) => {
    const labels = [images.id[image], images.label[image], settings.subsets[images.subset[image]], settings.regions[images.region[image]]];
    return [...labels, ...models.flatMap((model) => [number(model.value[image]), number(model.error[image])])].join(",");
  });
  return [header.join(","), ...lines, ""].join("\n");
}

function download() {
  const address = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: "selection.csv" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

function selectRange(form) {
  const limit = (field) => (field.value === "" ? null : Number(field.value));
  const bounds = {};
  for (const name of Object.keys(MEASURES)) {
    const ends = ["from", "to"].map((end) => limit(form.elements[`${name}-${end}`]));
    if (ends.some((end) => end !== null)) bounds[name] = ends;
  }
  chooseWithin(bounds);
}
