"""Render the report to one self-contained page."""

import os

from pipeline.rendering.page import render_page
from pipeline.storage import write_text
from stages.command import run
from stages.layout import Layout


def main(layout: Layout) -> None:
    """Render report/ with $RENDERER, or with Quarto where it is installed, or with Pandoc."""
    page = render_page(layout.report, os.environ.get("RENDERER", ""))
    write_text(layout.page, page)


if __name__ == "__main__":
    run(main)
