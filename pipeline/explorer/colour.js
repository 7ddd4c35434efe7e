/* The colours of the points, by a class or along a scale. */

const darkness = matchMedia("(prefers-color-scheme: dark)");
const CLIPPED = 0.98;

/* Quantities with a scale: their values, their colours, and the ends of the scale for the values in the plot. */
const GRADED = {
  ink: {
    of: (image) => inkOf(image),
    colours: "sequential",
    unit: "black pixels",
    ends: (values) => [quantile(values, 0), quantile(values, 1)],
    decimals: 0,
  },
  gain: {
    of: gain,
    colours: "diverging",
    unit: "nats, y \u2212 x",
    ends: (values) => [-1, 1].map((sign) => sign * (quantile(values.map(Math.abs), CLIPPED) || 1)),
    decimals: 1,
  },
  error: {
    of: jointError,
    colours: "sequential",
    unit: "nats, standard error of y \u2212 x",
    ends: (values) => [0, quantile(values, CLIPPED) || 1],
    decimals: 2,
  },
};

let scale;

/* Return the number of black pixels that the models see, of stochastic images wherever there are some. */
function inkOf(image) {
  const bytes = pixelsOf(image);
  let ones = 0;
  for (let byte of bytes) for (; byte; byte &= byte - 1) ones += 1;
  return ones;
}

/* Return a colour of the palette as it is seen best on the page: lighter on a dark ground. */
function shade(colour) {
  if (!darkness.matches) return colour;
  const parts = [1, 3, 5].map((place) => parseInt(colour.slice(place, place + 2), 16));
  return `#${parts.map((part) => Math.round(part + 0.35 * (255 - part)).toString(16).padStart(2, "0")).join("")}`;
}

/* Find the colours and the values of the points for the two models; a filter changes no colour. */
function findScale() {
  const graded = GRADED[view.colour];
  if (!graded) {
    const palette = settings.colours[view.colour].map(shade);
    scale = { of: (image) => images[view.colour][image], palette, low: -0.5, high: palette.length - 0.5 };
    return;
  }
  const values = [...images.id.keys()].filter(isScored).map(graded.of);
  const [low, high] = values.length ? graded.ends(values) : [0, 1];
  const palette = settings.colours[graded.colours].map(shade);
  scale = { of: graded.of, palette, low, high: high > low ? high : low + 1, graded, values };
}

function colourOf(image) {
  const place = Math.floor(((scale.of(image) - scale.low) / (scale.high - scale.low)) * scale.palette.length);
  return scale.palette[Math.max(0, Math.min(scale.palette.length - 1, place))];
}

/* Show what the colours of a scale stand for; those of classes and subsets are beside their filters. */
function drawScale() {
  const { graded, palette, low, high, values } = scale;
  element("scale").hidden = !graded;
  if (!graded) return;
  const format = graded === GRADED.gain ? signed : plain;
  const clipped = { low: values.some((value) => value < low), high: values.some((value) => value > high) };
  const ends = [
    `${clipped.low ? "\u2264 " : ""}${format(low, graded.decimals)}`,
    `${clipped.high ? "\u2265 " : ""}${format(high, graded.decimals)}`,
  ];
  element("ramp").style.background = `linear-gradient(to right, ${palette.join(", ")})`;
  element("scale-low").textContent = ends[0];
  element("scale-high").textContent = ends[1];
  element("scale-unit").textContent = graded.unit;
}
