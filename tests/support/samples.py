"""Make a small project whose page has one of everything, or a tiny page for one thing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAMPLE = Path(__file__).parent / "sample"
TINY = "---\ntitle: Tiny\njupyter: python3\n---\n\n# One {#sec-one}\n\n"


def make_sample(root):
    """Make the sample project at `root`, with the code and settings of the real one."""
    shutil.copytree(SAMPLE, root)
    for settings in (*ROOT.glob("report/*.yml"), *ROOT.glob("report/*.css"), *ROOT.glob("report/*.scss")):
        shutil.copy(settings, root / "report")
    for code in ("pipeline", "stages"):
        (root / code).symlink_to(ROOT / code)
    return root


def make_tiny(root, body, **files):
    """Make a project whose page is `body` under one heading, and return its report folder."""
    make_sample(root)
    (root / "report" / "index.qmd").write_text(TINY + body, encoding="utf-8")
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
