/* Means over images with Student's t intervals. */

/* Return Student's quantile; many degrees of freedom by the expansion around the normal one, z + (z^3 + z) / 4n. */
function student(degrees) {
  const z = settings.normal;
  return settings.student[degrees - 1] ?? z + (z ** 3 + z) / (4 * degrees);
}

/* Return the mean of values and half the width of its interval, NaN for a single value. */
function meanInterval(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const degrees = values.length - 1;
  return { mean, half: degrees ? student(degrees) * Math.sqrt(squares / degrees / values.length) : NaN };
}

/* Return the value below which a share of the values lies. */
function quantile(values, share) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.round(share * (sorted.length - 1))];
}
