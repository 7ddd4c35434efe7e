/* Draw and describe one image, beside the plot and next to the pointer. */

const REACH = { mouse: 14, touch: 28, pen: 20 };

/* Return the thresholded pixels if both models have them, otherwise the pixels drawn with the grey level's probability. */
function pixelsOf(image) {
  const both = along("x").pixels === "threshold" && along("y").pixels === "threshold";
  const bytes = Math.ceil(settings.side ** 2 / 8);
  return images[both ? "threshold" : "stochastic"].subarray(image * bytes, (image + 1) * bytes);
}

function draw(canvas, image) {
  const packed = pixelsOf(image);
  canvas.width = canvas.height = settings.side;
  const context = canvas.getContext("2d");
  const picture = context.createImageData(settings.side, settings.side);
  for (let pixel = 0; pixel < settings.side ** 2; pixel++) {
    const ink = (packed[pixel >> 3] >> (7 - (pixel & 7))) & 1;
    picture.data.set(ink ? [20, 20, 20, 255] : [255, 255, 255, 255], 4 * pixel);
  }
  context.putImageData(picture, 0, 0);
}

function named(image) {
  const [subset, region] = [settings.subsets[images.subset[image]], settings.regions[images.region[image]]];
  return `Image ${images.id[image]}, ${settings.noun} ${images.label[image]}, ${subset === region ? subset : `${subset} (${region})`}`;
}

function scored(image) {
  const axis = (name) => {
    const { value, error } = along(name);
    return `${along(name).name}: ${plain(value[image])} ± ${error[image].toFixed(2)}`;
  };
  return [axis("x"), axis("y"), `y \u2212 x: ${signed(gain(image))} nats`];
}

/* Make an image the current one; with `aloud`, a screen reader announces it. */
function look(image, aloud = false) {
  if (image < 0) return;
  view.current = image;
  draw(element("picture"), image);
  element("picture").setAttribute("aria-label", `Picture of ${named(image).toLowerCase()}`);
  const about = element("about");
  about.setAttribute("aria-live", aloud ? "polite" : "off");
  const lines = [named(image), ...(isShown(image) ? scored(image) : ["not in the plot"])];
  about.replaceChildren(...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })));
  listScores(image);
  placeRing();
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
  element("scores").hidden = false;
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

function showTip(event) {
  const stage = element("stage").getBoundingClientRect();
  const [left, top] = [event.clientX - stage.left, event.clientY - stage.top];
  const image = event.buttons ? -1 : nearest(left, top, REACH[event.pointerType] ?? REACH.mouse);
  const tip = element("tip");
  tip.hidden = image < 0;
  if (image < 0) return;
  if (image !== view.current || !tip.querySelector("p").textContent) look(image);
  draw(tip.querySelector("canvas"), image);
  tip.querySelector("p").textContent = [named(image).replace(", ", "\n"), ...scored(image)].join("\n");
  const over = left + 16 + tip.offsetWidth > stage.width;
  tip.style.left = `${over ? Math.max(0, left - 16 - tip.offsetWidth) : left + 16}px`;
  tip.style.top = `${Math.max(0, Math.min(top + 12, stage.height - tip.offsetHeight))}px`;
}

function hideTip() {
  element("tip").hidden = true;
}
