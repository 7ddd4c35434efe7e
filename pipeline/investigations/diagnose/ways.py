"""Ways of interpolating between two images, for all who read paths; `paths` computes them."""

WAYS = ("means", "samples", "distribution", "coupled", "circle")
"""Ways of interpolating: straight between the posteriors' means; straight between a draw of each posterior; by draws
from the interpolated distribution, with new noise at every step; by draws from it with one noise for all steps; and
along a great circle between the draws of the second way."""
