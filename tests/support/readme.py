"""The lines that the README gives to type, with what the tiny study has in place of what it lacks."""

import re

from tests.support.tiny import ROOT

STAND_INS = {
    "dataset=fashion-mnist": "dataset=kmnist",  # of which a test makes up four small files
    "train.learning_rate=0.001,0.004": "models.vae-04.epochs=120,480",  # 1 and 5 epochs beside 2, of one model alone
    "score_on: fit": "epochs: 480, score_on: fit",  # as many as vae-20 has by then, with which it is compared
    "/path/or/s3://bucket": "../store",
}
"""Values of the README, and those of the tiny study in their place."""


def adapted(line: str) -> str:
    """Return a line of the README as it is typed for the tiny study."""
    for value, other in STAND_INS.items():
        line = line.replace(value, other)
    return line


README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = [
    [adapted(re.sub(r"\s+#.*", "", line)) for line in block.splitlines()]
    for block in re.findall(r"^```bash\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
]
"""The blocks of lines to type, without the comments."""
PROSE = re.findall(r"`((?:dvc|git) [^`]+)`", re.sub(r"^```.*?^```", "", README, flags=re.MULTILINE | re.DOTALL))
"""The lines of DVC and Git that stand in sentences."""
