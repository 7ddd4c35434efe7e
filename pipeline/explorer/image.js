/* Draw and describe one image, beside the plot and next to the pointer. */

const REACH = { mouse: 14, touch: 28, pen: 20 };
/* Where a press on the plot began, and whether a key was held that adds to a selection. */
const dragged = { left: 0, top: 0, modified: false };

/* Return the thresholded pixels if both models have them, otherwise the pixels drawn with the grey level's probability. */
function pixelsOf(image) {
  const both = along("x").pixels === "threshold" && along("y").pixels === "threshold";
  const bytes = Math.ceil(settings.side ** 2 / 8);
  return images[both ? "threshold" : "stochastic"].subarray(image * bytes, (image + 1) * bytes);
}

/* Draw pixels, given the ink of each, from 0 to 1. */
function paint(canvas, ink) {
  canvas.width = canvas.height = settings.side;
  const context = canvas.getContext("2d");
  const picture = context.createImageData(settings.side, settings.side);
  for (let pixel = 0; pixel < settings.side ** 2; pixel++) {
    const grey = Math.round(255 - 235 * ink(pixel));
    picture.data.set([grey, grey, grey, 255], 4 * pixel);
  }
  context.putImageData(picture, 0, 0);
}

function draw(canvas, image) {
  const packed = pixelsOf(image);
  paint(canvas, (pixel) => (packed[pixel >> 3] >> (7 - (pixel & 7))) & 1);
}

/* Return the place of an image among those that a model reconstructs, -1 if it is not one of them. */
function reconstructed(model, image) {
  return (settings.reconstructed[model.name] ?? []).indexOf(images.id[image]);
}

function reconstructing(image) {
  return [...new Set([along("x"), along("y")])].filter((model) => reconstructed(model, image) >= 0);
}

function drawReconstructions(image) {
  const figures = reconstructing(image).map((model) => {
    const canvas = document.createElement("canvas");
    const first = reconstructed(model, image) * settings.side ** 2;
    const levels = images[`${model.name}.reconstruction`];
    paint(canvas, (pixel) => levels[first + pixel] / 255);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `Reconstruction under ${model.name}`);
    const caption = Object.assign(document.createElement("figcaption"), { textContent: `under ${model.name}` });
    const figure = document.createElement("figure");
    figure.append(canvas, caption);
    return figure;
  });
  element("reconstructions").replaceChildren(...figures);
  const all = new Set([along("x"), along("y")]).size;
  element("reconstruction-note").textContent = figures.length
    ? `Reconstruction${figures.length > 1 ? "s" : ""}: the decoder\u2019s probabilities at the mean of z.` +
      (figures.length < all ? " None under the other model." : "")
    : "No reconstruction of this image.";
}

/* Show the next image, by number, of which a model along an axis has a reconstruction. */
function lookAtReconstructed() {
  const wanted = view.rows.filter((image) => reconstructing(image).length);
  if (wanted.length) look(wanted.find((image) => image > view.current) ?? wanted[0], { aloud: true, keep: true });
}

/* Return a line for each model of the two axes, and one for their difference. */
function scoreLines(image) {
  const axis = (name) => {
    const { value, error } = along(name);
    return `${along(name).name}: ${plain(value[image])} ± ${error[image].toFixed(2)}`;
  };
  return [axis("x"), axis("y"), `y \u2212 x: ${signed(gain(image))} nats`];
}

/* Return how large the difference is beside its error. */
function errorLine(image) {
  return `|y \u2212 x| is ${plain(Math.abs(measured("s", image)), 1)} joint standard errors`;
}

/* Make an image the current one; `aloud`, a screen reader announces it; `keep`, it no longer follows the pointer. */
function look(image, { aloud = false, keep = false } = {}) {
  if (image < 0) return;
  view.current = image;
  if (keep) view.kept = true;
  element("release").hidden = !view.kept;
  draw(element("picture"), image);
  element("picture").setAttribute("aria-label", `Picture of ${titleOf(image).toLowerCase()}`);
  drawReconstructions(image);
  const lines = [titleOf(image), ...(isScored(image) ? [...scoreLines(image), errorLine(image)] : [])];
  if (isScored(image) && incomparable().length) lines.push("The two log likelihoods cannot be compared.");
  if (!isShown(image)) lines.push("not in the plot");
  tell(lines, aloud);
  listScores(image);
  placeRing();
  remember();
}

function tell(lines, aloud) {
  const about = element("about");
  about.setAttribute("aria-live", aloud ? "polite" : "off");
  about.replaceChildren(...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })));
}

/* Let the image follow the pointer again. */
function release() {
  view.kept = false;
  element("release").hidden = true;
  remember();
}

function listScores(image) {
  const known = models.filter((model) => !Number.isNaN(model.value[image]));
  const rows = known.map((model) => {
    const cells = [model.name, model.latent_dim, quantity(model), plain(model.value[image]), model.error[image].toFixed(2)];
    const row = tableRow(cells, [1, 3, 4]);
    row.classList.toggle("axis", model === along("x") || model === along("y"));
    return row;
  });
  element("scores").tBodies[0].replaceChildren(...rows);
  element("all-scores").hidden = false;
  const unscored = models.length - known.length;
  element("unscored").textContent = unscored ? `${counted(unscored, "other model")} not scored on this image.` : "";
}

/* Return a row of a table; the cells at the places in `numbers` are aligned right. */
function tableRow(cells, numbers) {
  const row = document.createElement("tr");
  cells.forEach((text, place) => {
    const cell = document.createElement(place ? "td" : "th");
    if (!place) cell.scope = "row";
    cell.textContent = text;
    cell.classList.toggle("n", numbers.includes(place));
    row.append(cell);
  });
  return row;
}

function pointedAt(event) {
  const stage = element("stage").getBoundingClientRect();
  const [left, top] = [event.clientX - stage.left, event.clientY - stage.top];
  return { left, top, image: nearest(left, top, REACH[event.pointerType] ?? REACH.mouse), width: stage.width, height: stage.height };
}

function showTip(event) {
  const { left, top, image, width, height } = event.buttons ? { image: -1 } : pointedAt(event);
  const tip = element("tip");
  tip.hidden = image < 0;
  if (image < 0) return;
  if (!view.kept && (image !== view.current || !tip.querySelector("p").textContent)) look(image);
  draw(tip.querySelector("canvas"), image);
  tip.querySelector("p").textContent = [titleOf(image).replace(", ", "\n"), ...scoreLines(image)].join("\n");
  const over = left + 16 + tip.offsetWidth > width;
  tip.style.left = `${over ? Math.max(0, left - 16 - tip.offsetWidth) : left + 16}px`;
  tip.style.top = `${Math.max(0, Math.min(top + 12, height - tip.offsetHeight))}px`;
}

function hideTip() {
  element("tip").hidden = true;
}

/* Note, before the plot selects, whether a key was held that changes a selection instead of making a new one. */
function noteKeys(event) {
  dragged.modified = event.shiftKey || event.ctrlKey || event.altKey || event.metaKey;
}

function onPress(event) {
  Object.assign(dragged, { left: event.clientX, top: event.clientY });
  hideTip();
}

/* Keep the image that was clicked or tapped; a click beside all images lets it go. */
function onRelease(event) {
  if (event.pointerType !== "mouse") showTip({ ...pick(event), buttons: 0 });
  if (event.button !== 0 || Math.hypot(event.clientX - dragged.left, event.clientY - dragged.top) > 4) return;
  const { image } = pointedAt(event);
  if (image < 0) release();
  else look(image, { keep: true });
}

function pick({ clientX, clientY, pointerType }) {
  return { clientX, clientY, pointerType };
}
