"""Put the rendered page where a reader who runs nothing finds it."""

from pipeline.errors import DataError
from pipeline.storage import read_bytes, write_bytes
from stages.command import run
from stages.layout import Layout

LARGEST = 3_000_000


def main(layout: Layout) -> None:
    """Copy the page to docs/."""
    page = read_bytes(layout.page)
    if len(page) > LARGEST:
        raise DataError(
            f"{layout.page}: {len(page)} bytes, more than the {LARGEST} that docs/ may hold; thin the figures"
        )
    write_bytes(layout.published, page)
    print(f"{layout.published}: {len(page) / 1e6:.2f} MB")


if __name__ == "__main__":
    run(main)
