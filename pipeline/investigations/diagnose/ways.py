"""Ways of interpolating between two images, which `paths` computes.

They stand apart from it because figures and numbers read them too, and need no torch.
"""

WAYS = ("means", "samples", "distribution", "coupled", "circle")
"""Ways of interpolating: straight between the posteriors' means; straight between a draw of each posterior; by draws
from the interpolated distribution, with new noise at every step; by draws from it with one noise for all steps; and
along a great circle between the draws of the second way."""
