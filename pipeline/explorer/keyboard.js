/* Use the plot and the wall of images with the keyboard. */

let orders = {};

function forgetOrders() {
  orders = {};
}

/* Return the images of the plot from the lowest to the highest along an axis. */
function orderAlong(axis) {
  orders[axis] ??= [...view.rows].sort((a, b) => at(axis, a) - at(axis, b) || a - b);
  return orders[axis];
}

const STEPS = {
  ArrowRight: ["x", 1],
  ArrowLeft: ["x", -1],
  ArrowUp: ["y", 1],
  ArrowDown: ["y", -1],
  PageDown: ["x", 100],
  PageUp: ["x", -100],
  Home: ["x", -Infinity],
  End: ["x", Infinity],
};

const ZOOMS = { "+": () => zoom(CLOSER), "-": () => zoom(1 / CLOSER), 0: showAll };

function onPlotKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key in STEPS) step(...STEPS[event.key]);
  else if (event.key === "Enter") toggle(view.current);
  else if (event.key === "Escape") {
    choose([]);
    release();
  } else if (event.key in ZOOMS) ZOOMS[event.key]();
  else return;
  event.preventDefault();
}

function step(axis, by) {
  const order = orderAlong(axis);
  if (!order.length) return;
  const from = order.indexOf(view.current);
  const to = from < 0 && Number.isFinite(by) ? order.length >> 1 : from + by;
  look(order[Math.max(0, Math.min(order.length - 1, to))], { aloud: true, keep: true });
}

function toggle(image) {
  if (image < 0 || !isShown(image)) return;
  const chosen = new Set(view.chosen);
  if (!chosen.delete(image)) chosen.add(image);
  choose(chosen);
}

function onWallKey(event) {
  const tiles = [...element("wall").children];
  const columns = tiles.filter((tile) => tile.offsetTop === tiles[0].offsetTop).length;
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, Home: -Infinity, End: Infinity };
  if (!(event.key in steps)) return;
  event.preventDefault();
  const from = tiles.findIndex((tile) => tile.id === element("wall").getAttribute("aria-activedescendant"));
  const to = from < 0 && event.key !== "End" ? 0 : from + steps[event.key];
  activate(tiles[Math.max(0, Math.min(tiles.length - 1, to))]);
}

function onFind(event) {
  event.preventDefault();
  const image = images.id.indexOf(Number(element("number").value));
  if (image >= 0) look(image, { aloud: true, keep: true });
  else tell([`No holdout image has the number ${element("number").value}.`], true);
}
