/* The words of the page: what models, images and axes are called, and what must be said of two axes. */

function signed(value, decimals = 2) {
  return (value < 0 ? "\u2212" : "+") + Math.abs(value).toFixed(decimals);
}

function plain(value, decimals = 2) {
  return value.toFixed(decimals).replace("-", "\u2212");
}

function grouped(number) {
  return number.toLocaleString("en-GB");
}

function counted(number, one) {
  return `${grouped(number)} ${one}${number === 1 ? "" : "s"}`;
}

function listed(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function capital(word) {
  return word[0].toUpperCase() + word.slice(1);
}

function nameOf(kind, code) {
  return kind === "label" ? String(code) : settings.names[kind][code];
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

function axisTitle(axis) {
  if (view.plot === "against") return `${quantity(along(axis))} under ${described(along(axis))}, nats`;
  if (axis === "x") return "mean of the two log likelihoods, nats";
  return `${along("y").name} \u2212 ${along("x").name}, nats`;
}

function plotTitle() {
  const names = [along("y").name, along("x").name];
  const title = view.plot === "against" ? names.join(" against ") : `${names.join(" minus ")}, against their mean`;
  return `${title}, ${counted(view.rows.length, "image")}`;
}

function titleOf(image) {
  const [subset, region] = ["subset", "region"].map((kind) => nameOf(kind, images[kind][image]));
  const place = images.subset[image] === 0 ? `${subset} (${region})` : subset;
  return `Image ${images.id[image]}, ${settings.noun} ${images.label[image]}, ${place}`;
}

/* Return the reasons for which the two log likelihoods cannot be compared. */
function incomparable() {
  const [x, y] = [along("x"), along("y")];
  const kinds = { threshold: "thresholded", stochastic: "stochastic" };
  const reasons = [];
  if (x.pixels !== y.pixels) {
    reasons.push(
      `${x.name} is of ${kinds[x.pixels]} pixels and ${y.name} of ${kinds[y.pixels]} ones, ` +
        "which are different random variables: compare the order of images, not nats.",
    );
  }
  if (x.conditional !== y.conditional) {
    const [given, free] = x.conditional ? [x, y] : [y, x];
    const count = codesOf("label").length;
    reasons.push(
      `${given.name} is conditional, log p(x | y), and ${free.name} is log p(x). If all ${count} ${settings.nouns} are ` +
        `equally frequent, log p(x) under ${given.name} is at most log ${count} = ${Math.log(count).toFixed(1)} nats lower.`,
    );
  }
  return reasons;
}

/* Return sentences on the images that one of the two models was not scored on. */
function lacking() {
  const sentences = new Map();
  for (const model of new Set([along("x"), along("y")])) {
    const all = settings.subsets.map(() => 0);
    const missing = settings.subsets.map(() => 0);
    images.subset.forEach((code, image) => {
      all[code] += 1;
      missing[code] += Number.isNaN(model.value[image]);
    });
    const parts = missing.flatMap((count, code) => {
      const share = count === all[code] ? `all ${grouped(count)}` : `${grouped(count)} of ${grouped(all[code])}`;
      return count ? [`${nameOf("subset", code)} (${share})`] : [];
    });
    const total = missing.reduce((sum, count) => sum + count, 0);
    const rest = `not scored on ${grouped(total)} of ${grouped(images.id.length)} images: ${listed(parts)}`;
    if (total) sentences.set(rest, [...(sentences.get(rest) ?? []), model.name]);
  }
  return [...sentences].map(([rest, names]) => `${listed(names)} ${names.length > 1 ? "were" : "was"} ${rest}.`);
}

/* Return a caution if a model was trained on images of tails that are in the plot. */
function seen() {
  const names = [...new Set([along("x"), along("y")])].filter((model) => model.tails).map((model) => model.name);
  if (!names.length || !view.rows.some((image) => images.subset[image] > 0)) return [];
  return [`${listed(names)} trained on images of the tails: some likelihoods there are of images seen in training.`];
}
