import signal
import sys
from pathlib import Path

import pytest

from pipeline.core import errors
from pipeline.core.errors import StudyError
from stages.shared.command import run
from stages.shared.layout import Layout
from tests.support.tiny import LONGEST, ROOT, one_line, running, stage

CODES = {
    "ParameterError": 2,
    "DataError": 3,
    "StorageError": 4,
    "NetworkError": 5,
    "NumericalError": 6,
    "RenderingError": 7,
    "BusyError": 75,
}


def end(main, *words, given, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["stage", *given])
    with pytest.raises(SystemExit) as caught:
        run(main, *words)
    return caught.value.code, capsys.readouterr().err


def fail(error):
    def main(layout):
        raise error

    return main


@pytest.mark.parametrize("name", CODES)
def test_a_failure_is_one_line_and_a_code(name, monkeypatch, capsys):
    error = getattr(errors, name)("what,\n  where,\n\twhat to do")
    code, said = end(fail(error), given=[], monkeypatch=monkeypatch, capsys=capsys)
    assert code == CODES[name]
    assert said == "test_command: what, where, what to do\n"


def test_every_kind_of_failure_has_a_code_of_its_own():
    kinds = {kind.__name__: kind.exit_code for kind in vars(errors).values() if isinstance(kind, type)}
    assert {name: code for name, code in kinds.items() if name != StudyError.__name__} == CODES
    assert len(set(kinds.values())) == len(kinds)


def test_an_interruption_is_one_line_and_its_signals_code(monkeypatch, capsys):
    code, said = end(fail(KeyboardInterrupt()), given=[], monkeypatch=monkeypatch, capsys=capsys)
    assert code == 128 + signal.SIGINT == 130
    assert one_line(said, "interrupted; run the same command again to continue")


@pytest.mark.parametrize("given", [[], ["a"], ["a", "b", "c"]])
def test_a_wrong_number_of_words_gets_the_usage(given, monkeypatch, capsys):
    code, said = end(fail(AssertionError), "PARAMETERS", "FOLDER", given=given, monkeypatch=monkeypatch, capsys=capsys)
    assert code == 2
    assert one_line(said, f"usage: python -m {__name__} PARAMETERS FOLDER")


def test_the_words_and_the_layout_of_the_current_folder_arrive(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["stage", "vae-20"])
    arrived = []
    run(lambda *words: arrived.extend(words), "MODEL")
    assert arrived == ["vae-20", Layout(Path())]


def test_a_fault_of_the_code_is_not_hidden(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["stage"])
    with pytest.raises(ZeroDivisionError):
        run(fail(ZeroDivisionError()))


@pytest.mark.parametrize(
    ("words", "usage"),
    [
        (["compare", "more"], "python -m stages.compare"),
        (["commands.sandbox"], "python -m stages.commands.sandbox PARAMETERS FOLDER"),
    ],
)
def test_a_process_says_how_to_call_it(words, usage):
    done = stage(ROOT, *words)
    assert done.returncode == 2
    assert done.stderr == f"{words[0].rpartition('.')[2]}: usage: {usage}\n"
    assert done.stdout == ""


def test_an_interrupted_process_ends_as_shells_expect(tmp_path):
    program = tmp_path / "wait.py"
    program.write_text(
        "import sys, time\nfrom stages.shared.command import run\n"
        "def main(layout):\n    print('here', flush=True)\n    time.sleep(60)\n"
        "run(main)\n",
        encoding="utf-8",
    )
    with running(tmp_path, sys.executable, str(program), PYTHONPATH=str(ROOT)) as waiting:
        assert waiting.stdout.readline() == "here\n"
        waiting.send_signal(signal.SIGINT)
        said = waiting.communicate(timeout=LONGEST)[1]
    assert waiting.returncode == 130
    assert one_line(said, "interrupted")
