"""Check that files, code and parameters are those of the committed study."""

import sys

from pipeline.core.errors import DataError
from pipeline.numbers.provenance import corrupted, departures, fingerprint
from stages.command import run
from stages.layout import Layout


def main(layout: Layout) -> None:
    """Re-hash everything, say what differs, and fail if anything does."""
    lines = [*departures(layout.root), *corrupted(layout.cache)]
    for made, published in layout.publications:
        if made.exists() and not (published.exists() and fingerprint(published) == fingerprint(made)):
            what = "PDF" if made == layout.pdf else "page"
            lines.append(f"{published} is not the rendered {what}; run `make publish`")
    for line in lines:
        print(line, file=sys.stderr)
    if lines:
        raise DataError(f"{len(lines)} departures from dvc.lock; `dvc repro` remakes what they touch")
    print("Every file, line of code and parameter is the committed study's.")


if __name__ == "__main__":
    run(main)
