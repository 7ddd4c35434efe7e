/* Start the page: fill in the choices, draw the plot, listen to events. */

function redraw() {
  drawPoints();
  element("caution").textContent = caution();
  showSelection();
  if (view.current >= 0) look(view.current);
}

function fillChoices() {
  for (const axis of ["x", "y"]) {
    const options = models.map((model, place) => new Option(`${described(model)}, ${quantity(model)}`, place));
    element(axis).replaceChildren(...options);
    const place = axis === "x" ? 0 : 1;
    const found = models.findIndex((model) => model.name === settings.start[place]);
    view[axis] = found < 0 ? Math.min(place, models.length - 1) : found;
    element(axis).value = view[axis];
  }
}

function onAxes() {
  for (const axis of ["x", "y"]) view[axis] = Number(element(axis).value);
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
  plot.addEventListener("pointerdown", hideTip);
  plot.addEventListener("pointerup", (event) => event.pointerType !== "mouse" && showTip(event));
  plot.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hideTip());
  plot.addEventListener("keydown", onPlotKey);
  new ResizeObserver(() => requestAnimationFrame(placeRing)).observe(plot);
}

function listen() {
  for (const axis of ["x", "y"]) element(axis).addEventListener("change", onAxes);
  element("swap").addEventListener("click", swap);
  element("colour").addEventListener("change", () => {
    view.colour = element("colour").value;
    drawLegend();
    redraw();
  });
  for (const radio of document.getElementsByName("drag")) {
    radio.addEventListener("change", () => {
      for (const name of ["box", "lasso", "pan"]) bokeh[name].active = name === radio.value;
    });
  }
  element("closer").addEventListener("click", () => zoom(0.6));
  element("farther").addEventListener("click", () => zoom(1 / 0.6));
  element("whole").addEventListener("click", showAll);
  element("order").addEventListener("change", showSelection);
  element("download").addEventListener("click", download);
  element("clear").addEventListener("click", () => choose([]));
  element("wall").addEventListener("keydown", onWallKey);
  element("find").addEventListener("submit", onFind);
  element("ranges").addEventListener("submit", (event) => {
    event.preventDefault();
    selectRange(event.target);
  });
}

async function start() {
  images = await unpack();
  models = modelsOf(images);
  fillChoices();
  drawLegend();
  await embedPlot();
  listen();
  listenToPlot();
  onAxes();
  document.documentElement.dataset.ready = "yes";
}

start();
