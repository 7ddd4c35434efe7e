/* The state of the page, and what the plot shows of each image. */

let images, models;
const KINDS = ["label", "subset", "region"];
const view = {
  x: 0,
  y: 0,
  plot: "against",
  colour: "label",
  hidden: { label: new Set(), subset: new Set(), region: new Set() },
  /* Images in the plot, in the order of its points. */
  rows: [],
  /* Selected images, hidden ones too; `rule` has the bounds by which they were selected, if they were. */
  chosen: new Set(),
  rule: null,
  /* The image that is looked at; if it is kept, it does not follow the pointer. */
  current: -1,
  kept: false,
};

/* Values of an image under a model along x and one along y. */
const MEASURES = {
  x: (image, x) => x.value[image],
  y: (image, x, y) => y.value[image],
  m: (image, x, y) => (x.value[image] + y.value[image]) / 2,
  d: (image, x, y) => y.value[image] - x.value[image],
  s: (image, x, y) => (y.value[image] - x.value[image]) / Math.hypot(x.error[image], y.error[image]),
};

/* Measures along the two axes, by plot. */
const AXES = { against: { x: "x", y: "y" }, difference: { x: "m", y: "d" } };

const along = (axis) => models[view[axis]];
const measured = (name, image) => MEASURES[name](image, along("x"), along("y"));
const at = (axis, image) => measured(AXES[view.plot][axis], image);
const gain = (image) => measured("d", image);
const jointError = (image) => Math.hypot(along("x").error[image], along("y").error[image]);

const isScored = (image) => !Number.isNaN(gain(image));
const isShown = (image) => isScored(image) && KINDS.every((kind) => !view.hidden[kind].has(images[kind][image]));

function findRows() {
  view.rows = [...images.id.keys()].filter(isShown);
}

function selected() {
  return view.rows.filter((image) => view.chosen.has(image));
}

/* Return the classes, subsets or regions that occur. */
function codesOf(kind) {
  return [...new Set(images[kind])].sort((a, b) => a - b);
}
