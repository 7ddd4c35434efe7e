"""Make a small project whose pages have one of everything, or a tiny page for one thing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from pipeline.core.storage import read_json, write_text
from pipeline.numbers.excerpt import source
from stages.shared.layout import PAGES, Layout

ROOT = Path(__file__).parents[2]
SAMPLE = Path(__file__).parent / "sample"
NUMBERS = read_json(SAMPLE / "data" / "summarise" / "numbers.json")
TINY = "---\ntitle: Tiny\n---\n\n# One {#sec-one}\n\n"


def make_sample(root):
    """Make the sample project at `root`, with the code and settings of the real one."""
    shutil.copytree(SAMPLE, root)
    for pattern in ("*.yml", "*.css", "*.scss", "_extensions"):
        for settings in ROOT.glob(f"report/{pattern}"):
            copy = shutil.copytree if settings.is_dir() else shutil.copy
            copy(settings, root / "report" / settings.name)
    for code in ("pipeline", "stages"):
        (root / code).symlink_to(ROOT / code)
    write_text(Layout(root).table("code-log-marginal"), source(root, "model.py", "log_marginal"))
    return root


def make_tiny(root, body, **files):
    """Make a project whose pages have `body` under one heading, and return its report folder.

    Args:
        root: a folder that does not exist yet.
        body: what stands under the heading of the first page; the other pages have the heading alone.
        files: content of further files beside the pages, by name.
    """
    make_sample(root)
    for name in PAGES:
        text = TINY + body if name == "index" else TINY.replace("One {#sec-one}", name.capitalize())
        (root / "report" / f"{name}.qmd").write_text(text, encoding="utf-8")
    for name, content in files.items():
        (root / "report" / f"_{name}.qmd").write_text(content, encoding="utf-8")
    return root / "report"


def run_stage(root, **environment):
    """Run the report stage in the project at `root` as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "stages.report"],
        cwd=root,
        env=os.environ | {"RENDERER": "pandoc"} | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
