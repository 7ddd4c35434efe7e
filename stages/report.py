"""Render the report to self-contained pages and to a PDF."""

import os

from pipeline.core.storage import write_bytes, write_text
from pipeline.rendering.page import render_report
from stages.shared.command import run
from stages.shared.layout import PAGES, Layout


def main(layout: Layout) -> None:
    """Render report/ with $RENDERER; if it is not set, with Quarto where that is installed, otherwise with Pandoc."""
    report = render_report(layout.report, PAGES, os.environ.get("RENDERER", ""))
    for name, page in report.pages.items():
        write_text(layout.page(name), page)
    write_bytes(layout.pdf, report.pdf)


if __name__ == "__main__":
    run(main)
