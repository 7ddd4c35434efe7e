import sys

import pytest

from stages.shared.progress import progress


def tell(capsys, parts, lines=10):
    with progress("vae-20", sum(parts), "images", lines=lines) as step:
        for part in parts:
            step(part, f"just {part}")
    return capsys.readouterr()


@pytest.mark.parametrize("parts", [[1] * 97, [16] * 20 + [5], [100], [3, 90, 1, 1, 5]])
def test_without_a_terminal_there_are_a_few_plain_lines(capsys, parts):
    told = tell(capsys, parts)
    lines = told.err.splitlines()
    assert 1 <= len(lines) <= 10
    assert lines[-1] == f"vae-20: {sum(parts)}/{sum(parts)} images, just {parts[-1]}"
    assert told.out == ""
    assert "\r" not in told.err


def test_every_unit_is_told_where_that_is_asked_for(capsys):
    lines = tell(capsys, [1] * 7, lines=7).err.splitlines()
    assert [line.split()[1] for line in lines] == [f"{done}/7" for done in range(1, 8)]


def test_on_a_terminal_there_is_a_bar_with_the_time_left(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    told = tell(capsys, [10] * 10).err
    assert "vae-20: 100%" in told
    assert "100/100" in told
    assert "<" in told
    assert "just 10" in told
