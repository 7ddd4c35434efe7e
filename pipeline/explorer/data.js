/* The data of the page: names and counts in `settings`, and columns with one entry per image. */

const element = (id) => document.getElementById(id);
const settings = JSON.parse(element("settings").textContent);

async function unpack() {
  const packed = Uint8Array.from(atob(element("columns").textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const buffer = await new Response(stream).arrayBuffer();
  const columns = {};
  let place = 0;
  for (const [name, width, length] of settings.columns) {
    columns[name] = width === 4 ? new Int32Array(buffer, place, length) : new Uint8Array(buffer, place, length);
    place += width * length;
  }
  return columns;
}

/* Return the nats of each image, NaN where the model was not scored on it. */
function nats(column) {
  return Float64Array.from(column, (steps) => (steps === settings.absent ? NaN : steps / settings.precision));
}

function modelsOf(columns) {
  return settings.models.map((model) => ({
    ...model,
    value: nats(columns[`${model.name}.log_likelihood`]),
    error: nats(columns[`${model.name}.standard_error`]),
  }));
}
