"""Check that files, code and parameters are those of the committed study."""

import sys

from pipeline.errors import DataError
from pipeline.provenance import corrupted, departures, fingerprint
from stages.command import run
from stages.layout import Layout


def main(layout: Layout) -> None:
    """Re-hash everything, say what differs, and fail if anything does."""
    lines = [*departures(layout.root), *corrupted(layout.cache)]
    for made, published, what in ((layout.page, layout.published, "page"), (layout.pdf, layout.published_pdf, "PDF")):
        forms = [fingerprint(form) for form in (made, published) if form.exists()]
        if made.exists() and forms[1:] != forms[:1]:
            lines.append(f"{published} is not the rendered {what}; run `make publish`")
    for line in lines:
        print(line, file=sys.stderr)
    if lines:
        raise DataError(f"{len(lines)} departures from dvc.lock; `dvc repro` remakes what they touch")
    print("Every file, line of code and parameter is the committed study's.")


if __name__ == "__main__":
    run(main)
