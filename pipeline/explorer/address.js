/* The view in the page's address, after the #: `view=NAME`, or settings such as `x=vae-04&y=vae-20&image=7`.

   x, y              names of models
   plot              `difference` for the difference against the mean
   colour            label, subset, ink, gain or error
   labels            classes that are shown; subsets and regions likewise; nothing for none
   select            bounds of the selection, as in `x:-100..-80,d:..-4`: x, y, m mean, d y - x, s d in joint standard errors
   under             the two models of the bounds, if they are not those of the axes
   images            numbers of selected images, if they were not selected by bounds
   order             of the wall
   image             number of the image that is looked at
   range             ends of the x and of the y axis

   `view=NAME` may stand with other settings, which then take the place of those of the view. */

const LISTED = 200;
const FILTERS = { label: "labels", subset: "subsets", region: "regions" };

let remembered = null;
let preset = null;
let waiting = 0;

/* Return a class, subset or region as the study's tables have it. */
function keyOf(kind, code) {
  return kind === "label" ? String(code) : settings[`${kind}s`][code];
}

/* Return the settings of the page as an address has them. */
function addressOf() {
  const parts = [`x=${along("x").name}`, `y=${along("y").name}`];
  if (view.plot !== "against") parts.push(`plot=${view.plot}`);
  if (view.colour !== "label") parts.push(`colour=${view.colour}`);
  for (const kind of KINDS) {
    const shown = codesOf(kind).filter((code) => !view.hidden[kind].has(code));
    if (view.hidden[kind].size) parts.push(`${FILTERS[kind]}=${shown.map((code) => keyOf(kind, code)).join(",")}`);
  }
  parts.push(...selectionParts());
  if (element("order").value !== "gain") parts.push(`order=${element("order").value}`);
  if (view.kept) parts.push(`image=${images.id[view.current]}`);
  const whole = wholeRanges();
  const ends = ["x", "y"].flatMap((axis) => [bokeh[axis].start, bokeh[axis].end]);
  if (ends.some((end, place) => end !== [...whole.x, ...whole.y][place])) {
    parts.push(`range=${ends.map((end) => Number(end.toFixed(3))).join(",")}`);
  }
  return parts.join("&");
}

function selectionParts() {
  if (view.rule) {
    const { x, y, bounds } = view.rule;
    const limits = Object.entries(bounds).map(([name, ends]) => `${name}:${ends.map((end) => end ?? "").join("..")}`);
    const under = x === view.x && y === view.y ? [] : [`under=${models[x].name},${models[y].name}`];
    return [`select=${limits.join(",")}`, ...under];
  }
  if (!view.chosen.size || view.chosen.size > LISTED) return [];
  return [`images=${[...view.chosen].map((image) => images.id[image]).sort((a, b) => a - b)}`];
}

/* Show the view of an address; return what in it this study does not have, as sentences. */
function applyAddress(address) {
  const given = new URLSearchParams(address);
  const faults = [];
  const named = settings.views.find((one) => one.name === given.get("view"));
  if (given.has("view") && !named) faults.push(`This study has no view \u201c${given.get("view")}\u201d.`);
  const wanted = new URLSearchParams(named?.address ?? "");
  given.forEach((value, key) => wanted.set(key, value));

  applyChoices(wanted, faults);
  applyFilters(wanted);
  Object.assign(view, { chosen: new Set(), rule: null, current: -1, kept: false });
  showControls();
  redraw();
  applyRange(wanted);
  applySelection(wanted, faults);
  applyImage(wanted, faults);
  preset = named && [...given.keys()].length === 1 ? { name: named.name, full: addressOf() } : null;
  return faults;
}

/* Return the place of a model of this name; of another one if there is none, which is a fault unless no name is given. */
function modelNamed(name, other, faults) {
  const place = models.findIndex((model) => model.name === name);
  if (place < 0 && name) faults.push(`This study has no model \u201c${name}\u201d.`);
  return place < 0 ? other : place;
}

function applyChoices(wanted, faults) {
  const oneOf = (key, all, other) => (all.includes(wanted.get(key)) ? wanted.get(key) : other);
  ["x", "y"].forEach((axis, rank) => {
    const start = modelNamed(settings.start[rank], Math.min(rank, models.length - 1), []);
    view[axis] = modelNamed(wanted.get(axis), start, faults);
  });
  view.plot = oneOf("plot", Object.keys(AXES), "against");
  view.colour = oneOf("colour", ["label", "subset", ...Object.keys(GRADED)], "label");
  element("order").value = oneOf("order", Object.keys(ORDERS), "gain");
}

function applyFilters(wanted) {
  for (const kind of KINDS) {
    const keys = wanted.get(FILTERS[kind])?.split(",");
    view.hidden[kind] = new Set(keys ? codesOf(kind).filter((code) => !keys.includes(keyOf(kind, code))) : []);
  }
}

function numbersIn(text) {
  return (text ?? "").split(",").filter(Boolean).map(Number);
}

function applyRange(wanted) {
  const range = numbersIn(wanted.get("range"));
  if (range.length === 4 && range.every(Number.isFinite)) setRanges({ x: range.slice(0, 2), y: range.slice(2) });
  else showAll();
}

function applySelection(wanted, faults) {
  if (wanted.has("select")) {
    const [x, y] = wanted.get("under")?.split(",") ?? [];
    chooseWithin(readBounds(wanted.get("select")), modelNamed(x, view.x, faults), modelNamed(y, view.y, faults));
  } else if (wanted.has("images")) {
    const places = numbersIn(wanted.get("images")).map((id) => images.id.indexOf(id));
    choose(places.filter((image) => image >= 0));
  }
}

function applyImage(wanted, faults) {
  const image = wanted.has("image") ? images.id.indexOf(Number(wanted.get("image"))) : -1;
  if (image >= 0) return look(image, { keep: true });
  if (wanted.has("image")) faults.push(`No holdout image has the number ${wanted.get("image")}.`);
  forget();
}

function readBounds(text) {
  const bounds = {};
  for (const part of text.split(",")) {
    const [, name, low, high] = part.match(/^([xymds]):(-?[\d.]*?)\.\.(-?[\d.]*)$/) ?? [];
    const limit = (end) => (end === "" || !Number.isFinite(Number(end)) ? null : Number(end));
    if (name) bounds[name] = [limit(low), limit(high)];
  }
  return bounds;
}

/* Return the shortest address of what the page shows. */
function shortAddress() {
  const full = addressOf();
  return preset?.full === full ? `view=${preset.name}` : full;
}

/* Write what the page shows into its address, once it has not changed for a moment. */
function remember() {
  if (remembered === null) return;
  clearTimeout(waiting);
  waiting = setTimeout(writeAddress, 250);
}

function writeAddress() {
  clearTimeout(waiting);
  const address = shortAddress();
  element("preset").value = address.startsWith("view=") ? preset.name : "";
  if (address === remembered) return;
  remembered = address;
  history.replaceState(null, "", `#${address}`);
}

/* Show the view of the page's address, or the first one that has a name. */
function readAddress() {
  const address = location.hash.slice(1) || (settings.views.length ? `view=${settings.views[0].name}` : "");
  element("notice").textContent = applyAddress(address).join(" ");
  remembered = shortAddress();
  element("preset").value = preset?.name ?? "";
}

async function copyLink() {
  writeAddress();
  if (!location.hash) history.replaceState(null, "", `#${remembered}`);
  const left = !view.rule && view.chosen.size > LISTED;
  const without = left ? ` It leaves out the selection, of more than ${LISTED} images and not by a box or by numbers.` : "";
  try {
    await navigator.clipboard.writeText(location.href);
    element("notice").textContent = `The link is copied.${without}`;
  } catch {
    element("notice").textContent = `The link is the page\u2019s address; copy it from there.${without}`;
  }
}
