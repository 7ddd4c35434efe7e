/* The legend: what the colours mean, and which classes and subsets are shown. */

function drawLegend() {
  const kinds = { label: [...new Set(images.label)].sort((a, b) => a - b), subset: [...settings.subsets.keys()] };
  const rows = Object.entries(kinds).map(([kind, codes]) => {
    const row = document.createElement("div");
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", `Shown, by ${called(kind)}`);
    const heading = Object.assign(document.createElement("span"), { textContent: capital(called(kind)) });
    row.append(heading, ...codes.map((code) => legendEntry(kind, code)));
    return row;
  });
  element("legend").replaceChildren(element("legend").firstElementChild, ...rows);
}

function called(kind) {
  return kind === "label" ? settings.noun : kind;
}

function capital(word) {
  return word[0].toUpperCase() + word.slice(1);
}

function legendEntry(kind, code) {
  const checked = !view.hidden[kind].has(code);
  const box = Object.assign(document.createElement("input"), { type: "checkbox", name: `${kind}-${code}`, checked });
  box.addEventListener("change", () => {
    view.hidden[kind][box.checked ? "delete" : "add"](code);
    redraw();
  });
  const label = document.createElement("label");
  const colour = kind === view.colour ? settings.colours[kind][code] : "var(--soft)";
  label.style.setProperty("--swatch", colour);
  label.append(box, kind === "label" ? String(code) : settings.subsets[code]);
  return label;
}
