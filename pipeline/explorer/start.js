/* Start the page: fill in the choices, draw the plot, listen to events. */

function redraw() {
  findRows();
  findScale();
  drawPoints();
  drawScale();
  showFilters();
  showNotes();
  showSelection();
  if (view.current >= 0) look(view.current);
  remember();
}

function showNotes() {
  const wrong = incomparable();
  const notes = [...lacking(), ...seen()].map((text) => ({ text }));
  if (wrong.length) notes.unshift({ text: `These axes cannot be compared. ${wrong.join(" ")}`, className: "warning" });
  element("caution").replaceChildren(
    ...notes.map(({ text, className = "" }) => Object.assign(document.createElement("p"), { textContent: text, className })),
  );
  const known = view.rows.some((image) => reconstructing(image).length);
  element("next-reconstruction").disabled = !known;
}

/* Offer every model for both axes, apart by whether they were scored on all images. */
function fillChoices() {
  const option = (model) => new Option(`${described(model)}, ${quantity(model)}`, models.indexOf(model));
  const group = (label, members) => {
    const found = Object.assign(document.createElement("optgroup"), { label });
    found.append(...members.map(option));
    return found;
  };
  const whole = models.filter((model) => !model.value.some(Number.isNaN));
  const partly = models.filter((model) => !whole.includes(model));
  for (const axis of ["x", "y"]) {
    const groups = [group("Scored on all images", whole), group("Scored on some of the images", partly)];
    element(axis).replaceChildren(...(partly.length ? groups.filter((one) => one.children.length) : whole.map(option)));
  }
  element("preset").append(...settings.views.map((one) => new Option(one.title, one.name)));
  element("preset").closest("label").hidden = !settings.views.length;
}

function showControls() {
  for (const axis of ["x", "y"]) element(axis).value = view[axis];
  element("plot-kind").value = view.plot;
  element("colour").value = view.colour;
}

/* Forget which image was looked at. */
function forget() {
  view.current = -1;
  release();
  element("picture").width = settings.side;
  element("picture").setAttribute("aria-label", "No image is chosen yet");
  element("reconstructions").replaceChildren();
  element("reconstruction-note").textContent = "Few images have reconstructions.";
  element("all-scores").hidden = true;
  tell(["Point at an image in the plot, click to keep it, or find one by its number."], false);
  placeRing();
}

function onAxes() {
  for (const axis of ["x", "y"]) view[axis] = Number(element(axis).value);
  view.plot = element("plot-kind").value;
  redraw();
  showAll();
}

function swap() {
  [element("x").value, element("y").value] = [element("y").value, element("x").value];
  onAxes();
}

function listenToPlot() {
  const plot = element("plot");
  plot.addEventListener("pointermove", showTip);
  plot.addEventListener("pointerdown", onPress);
  plot.addEventListener("pointerup", onRelease);
  addEventListener("pointerup", noteKeys, { capture: true });
  plot.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hideTip());
  plot.addEventListener("keydown", onPlotKey);
  new ResizeObserver(() => requestAnimationFrame(placeRing)).observe(plot);
}

function listen() {
  for (const id of ["x", "y", "plot-kind"]) element(id).addEventListener("change", onAxes);
  element("swap").addEventListener("click", swap);
  element("colour").addEventListener("change", () => {
    view.colour = element("colour").value;
    redraw();
  });
  for (const radio of document.getElementsByName("drag")) {
    radio.addEventListener("change", () => {
      for (const name of ["box", "lasso", "pan"]) bokeh[name].active = name === radio.value;
    });
  }
  element("closer").addEventListener("click", () => zoom(CLOSER));
  element("farther").addEventListener("click", () => zoom(1 / CLOSER));
  element("whole").addEventListener("click", showAll);
  element("order").addEventListener("change", () => {
    showSelection();
    remember();
  });
  element("download").addEventListener("click", download);
  element("clear").addEventListener("click", () => choose([]));
  element("wall").addEventListener("keydown", onWallKey);
  element("find").addEventListener("submit", onFind);
  element("release").addEventListener("click", release);
  element("next-reconstruction").addEventListener("click", lookAtReconstructed);
  element("ranges").addEventListener("submit", (event) => {
    event.preventDefault();
    selectRange(event.target);
  });
  element("preset").addEventListener("change", () => {
    if (!element("preset").value) return;
    element("notice").textContent = applyAddress(`view=${element("preset").value}`).join(" ");
    writeAddress();
  });
  element("copy").addEventListener("click", copyLink);
  addEventListener("hashchange", readAddress);
  darkness.addEventListener("change", () => {
    dressPlot();
    redraw();
  });
}

async function start() {
  images = await unpack();
  models = modelsOf(images);
  fillChoices();
  drawFilters();
  const wide = matchMedia("(min-width: 48rem)");
  const openFilters = () => {
    element("filters").open = wide.matches;
  };
  openFilters();
  wide.addEventListener("change", openFilters);
  await embedPlot();
  dressPlot();
  readAddress();
  listen();
  listenToPlot();
  document.documentElement.dataset.ready = "yes";
}

start();
