"""What CONTRIBUTING.md tells to type works."""

import re

from tests.support.tiny import ROOT, shell


def test_a_figure_of_made_up_results_is_drawn_as_the_page_says(tmp_path):
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    [line] = re.findall(r"^```bash\n(python -c .*?)\n```", page, re.MULTILINE | re.DOTALL)
    shell(tmp_path, line, PYTHONPATH=str(ROOT))
    [drawn] = tmp_path.iterdir()
    assert drawn.read_bytes().startswith(b"\x89PNG")
