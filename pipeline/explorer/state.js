/* The state of the page; `rows` are the images in the plot, in the order of its points. */

let images, models;
const view = {
  x: 0,
  y: 0,
  colour: "label",
  hidden: { label: new Set(), subset: new Set() },
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
    !view.hidden.label.has(images.label[image]) &&
    !view.hidden.subset.has(images.subset[image])
  );
}

function findRows() {
  view.rows = [...images.id.keys()].filter(isShown);
}

function selected() {
  return view.rows.filter((image) => view.chosen.has(image));
}

/* Return the name of a model with its number of latent dimensions. */
function described(model) {
  return `${model.name} (${counted(model.latent_dim, "dimension")})`;
}

/* Return the quantity that is estimated under a model. */
function quantity(model) {
  const notes = [model.conditional ? "log p(x | y)" : "log p(x)"];
  if (model.pixels === "threshold") notes.push("thresholded pixels");
  return notes.join(", ");
}

/* Return the cautions for these two axes: different pixels, a given label, images seen in training. */
function caution() {
  const [x, y] = [along("x"), along("y")];
  const pixels = x.pixels !== y.pixels;
  const given = x.conditional !== y.conditional;
  const seen = [...new Set([x, y])].filter((model) => model.tails).map((model) => model.name);
  const tails = settings.subsets.slice(1).join(", ");
  return [
    pixels ? "The two axes are likelihoods of different random variables, stochastic and thresholded pixels: compare the order of images, not nats." : "",
    given ? `One axis is conditional on the ${settings.noun}: if all ten are equally frequent, log p(x) of that model is up to log 10 = 2.3 nats lower.` : "",
    seen.length ? `${seen.join(" and ")} trained on images of ${tails}: some likelihoods there are of images seen in training.` : "",
  ]
    .filter(Boolean)
    .join(" ");
}
