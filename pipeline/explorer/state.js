/* What is shown and what is chosen; `rows` are the images in the plot, point by point. */

let images, models;
const view = {
  x: 0,
  y: 0,
  colour: "digit",
  hidden: { digit: new Set(), set: new Set() },
  rows: [],
  chosen: new Set(),
  current: -1,
};

const along = (axis) => models[view[axis]];
const gain = (image) => along("y").value[image] - along("x").value[image];
const colourOf = (image) => settings.colours[view.colour][images[view.colour][image]];

function isShown(image) {
  return (
    !Number.isNaN(gain(image)) &&
    !view.hidden.digit.has(images.digit[image]) &&
    !view.hidden.set.has(images.set[image])
  );
}

function findRows() {
  view.rows = [...images.id.keys()].filter(isShown);
}

function selected() {
  return view.rows.filter((image) => view.chosen.has(image));
}

/* What the axis shows, in words. */
function quantity(model) {
  const notes = [model.conditional ? "log p(x | y)" : "log p(x)"];
  if (model.pixels === "threshold") notes.push("thresholded pixels");
  return notes.join(", ");
}

/* What to keep in mind with these two axes: other pixels, a given label, images seen in training. */
function caution() {
  const [x, y] = [along("x"), along("y")];
  const pixels = x.pixels !== y.pixels;
  const given = x.conditional !== y.conditional;
  const seen = [...new Set([x, y])].filter((model) => model.tails).map((model) => model.name);
  const tails = settings.sets.slice(1).join(", ");
  return [
    pixels ? "The two axes are of different random variables, drawn and thresholded pixels: orders compare, nats do not." : "",
    given ? `One axis is given the ${settings.noun}: at equal frequencies of the ten, log p(x) of that model lies up to log 10 = 2.3 nats lower.` : "",
    seen.length ? `${seen.join(" and ")} trained on images of ${tails}: there, likelihoods are not all of unseen images.` : "",
  ]
    .filter(Boolean)
    .join(" ");
}
