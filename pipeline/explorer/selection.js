/* The selected images: a summary, a wall and a table of the first of them, and a file with all of them. */

const ORDERS = {
  gain: (image) => -gain(image),
  loss: (image) => gain(image),
  x: (image) => along("x").value[image],
  y: (image) => along("y").value[image],
  id: (image) => images.id[image],
};

function choose(chosen) {
  view.chosen = new Set(chosen);
  markChosen();
  showSelection();
}

function ordered() {
  const key = ORDERS[element("order").value];
  return selected().sort((a, b) => key(a) - key(b) || images.id[a] - images.id[b]);
}

function showSelection() {
  const found = ordered();
  const first = found.slice(0, settings.wall);
  element("summary").textContent = summaryOf(found, first.length);
  for (const id of ["download", "clear"]) element(id).disabled = !found.length;
  for (const id of ["wall", "listing"]) element(id).hidden = !found.length;
  element("wall").removeAttribute("aria-activedescendant");
  element("wall").replaceChildren(...first.map(tile));
  for (const axis of ["x", "y"]) element(`head-${axis}`).textContent = along(axis).name;
  element("listing").querySelector("tbody").replaceChildren(...first.map(listed));
}

function summaryOf(found, shown) {
  if (!found.length) return "Nothing is selected.";
  const mean = (key) => found.reduce((sum, image) => sum + key(image), 0) / found.length;
  const makeUp = (kind, name) => {
    const counts = new Map();
    for (const image of found) counts.set(images[kind][image], (counts.get(images[kind][image]) ?? 0) + 1);
    const all = [...counts].sort((a, b) => b[1] - a[1]);
    return all.map(([code, count]) => `${name(code)} (${count.toLocaleString("en-GB")})`).join(", ");
  };
  const values = ["x", "y"].map((axis) => `${along(axis).name} ${plain(mean((image) => along(axis).value[image]))}`);
  const parts = [
    `${counted(found.length, "image")} of ${view.rows.length.toLocaleString("en-GB")} selected`,
    shown < found.length ? `; the first ${shown} are shown` : "",
    `. Means in nats: ${values.join(", ")}, y \u2212 x ${signed(mean(gain))}.`,
    ` ${capital(settings.nouns)}: ${makeUp("label", String)}. Subsets: ${makeUp("subset", (code) => settings.subsets[code])}.`,
  ];
  return parts.join("");
}

function tile(image) {
  const box = document.createElement("div");
  const canvas = document.createElement("canvas");
  draw(canvas, image);
  box.id = `tile-${images.id[image]}`;
  box.setAttribute("role", "option");
  box.setAttribute("aria-selected", "false");
  box.setAttribute("aria-label", `${named(image)}, y minus x ${signed(gain(image))}`);
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
  look(images.id.indexOf(Number(box.id.slice("tile-".length))), true);
}

function listed(image) {
  const places = [settings.subsets[images.subset[image]], settings.regions[images.region[image]]];
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
  const within = (name, value) => {
    const [low, high] = ["from", "to"].map((end) => form.elements[`${name}-${end}`].value);
    return (low === "" || value >= Number(low)) && (high === "" || value <= Number(high));
  };
  const fits = (image) =>
    within("x", along("x").value[image]) && within("y", along("y").value[image]) && within("d", gain(image));
  choose(view.rows.filter(fits));
}
