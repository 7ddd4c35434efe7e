/* The filters: which classes, subsets and regions are in the plot. */

const boxes = { label: new Map(), subset: new Map(), region: new Map() };

function drawFilters() {
  for (const kind of KINDS) {
    const group = element(`filter-${kind}`);
    const options = codesOf(kind).map((code) => filterOption(kind, code));
    group.querySelector(".options").replaceChildren(...options);
    element(`${kind}-all`).addEventListener("click", () => show(kind, () => true));
    element(`${kind}-none`).addEventListener("click", () => show(kind, () => false));
  }
}

function filterOption(kind, code) {
  const name = nameOf(kind, code);
  const box = Object.assign(document.createElement("input"), { type: "checkbox", name: `${kind}-${code}` });
  box.setAttribute("aria-keyshortcuts", "Enter");
  box.addEventListener("change", () => {
    view.hidden[kind][box.checked ? "delete" : "add"](code);
    redraw();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    showOnly(kind, code);
  });
  const swatch = Object.assign(document.createElement("i"), { className: "swatch" });
  const label = document.createElement("label");
  label.append(box, swatch, name);
  const count = Object.assign(document.createElement("span"), { className: "count" });
  const only = Object.assign(document.createElement("button"), { type: "button", textContent: "only", tabIndex: -1 });
  only.setAttribute("aria-label", `only ${kind === "label" ? `${settings.noun} ` : ""}${name}`);
  only.addEventListener("click", () => showOnly(kind, code));
  const option = Object.assign(document.createElement("div"), { className: "option" });
  option.append(label, count, only);
  boxes[kind].set(code, { box, swatch, count });
  return option;
}

function show(kind, isWanted) {
  view.hidden[kind] = new Set(codesOf(kind).filter((code) => !isWanted(code)));
  redraw();
}

/* Show one class, subset or region alone; if it is alone already, all of them. */
function showOnly(kind, code) {
  const alone = codesOf(kind).every((other) => view.hidden[kind].has(other) === (other !== code));
  show(kind, (other) => alone || other === code);
}

/* Count, for each box, the images that it adds to the plot when the other kinds of filter are as they are. */
function showFilters() {
  for (const kind of KINDS) {
    const others = KINDS.filter((other) => other !== kind);
    const counts = new Map();
    for (const image of images.id.keys()) {
      if (!isScored(image) || others.some((other) => view.hidden[other].has(images[other][image]))) continue;
      counts.set(images[kind][image], (counts.get(images[kind][image]) ?? 0) + 1);
    }
    for (const [code, { box, swatch, count }] of boxes[kind]) {
      box.checked = !view.hidden[kind].has(code);
      count.textContent = grouped(counts.get(code) ?? 0);
      swatch.hidden = view.colour !== kind;
      if (view.colour === kind) swatch.style.background = scale.palette[code];
    }
  }
}
