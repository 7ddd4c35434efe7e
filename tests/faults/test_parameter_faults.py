import re

import pytest

from tests.support.tiny import ROOT, call, edit, one_line, stage

GOOD = (ROOT / "params.yaml").read_text(encoding="utf-8")
STAGES = [
    "download",
    "split",
    "train",
    "score",
    "certify",
    "classify",
    "accuracy",
    "compare",
    "plot",
    "summarise",
    "explore",
    "anatomy",
    "compare",
    "plot",
    "summarise",
]


def put(pattern, text):
    """The good parameters with one place changed."""
    changed, times = re.subn(pattern, text, GOOD, count=1, flags=re.MULTILINE)
    assert times == 1
    return changed


BAD = {
    "empty file": ("", "holds no mapping"),
    "a list": ("- seed\n", "holds no mapping"),
    "no YAML": ("seed: 1: 2\n", "line 1: mapping values are not allowed here"),
    "a tab": (put("^  tail", "\ttail"), "cannot start any token"),
    "a NUL": (GOOD + "\0", "special characters are not allowed"),
    "Latin-1": (GOOD.encode() + b"# \xe9\n", "is not UTF-8"),
    "a tag": (GOOD + "x: !!python/object:os.system ls\n", "could not determine a constructor"),
    "deep brackets": ("[" * 5000, "too many brackets"),
    "a value in itself": (GOOD + "x: &x [*x]\n", "a value does not contain itself"),
    "a list as key": (GOOD + "? [a]\n: 1\n", "a key is a word"),
    "a date as key": (GOOD + "2026-01-01: 1\n", "a key is a word"),
    "a key twice": (GOOD + "seed: 1\n", 'duplicate key "seed"'),
    "a model twice": (put("^  vae-20:", "  vae-04:"), 'duplicate key "vae-04"'),
    "a key missing": (put("^seed: .*$", ""), "key seed is missing; add it"),
    "a deep key missing": (put("^  warmup: .*$", ""), "key train.warmup is missing; add it"),
    "a key misspelt": (GOOD + "sead: 1\n", "unknown key sead; did you mean 'seed'?"),
    "a deep key misspelt": (put("^  warmup:", "  warm_up: 1\n  warmup:"), "train.warm_up; did you mean 'warmup'?"),
    "a foreign key": (GOOD + "größe: 3\n", "unknown key größe; there are dataset, seed,"),
    "a number as text": (put("^seed: 0", "seed: '3'"), 'seed = "3": input should be a valid integer'),
    "a truth for a number": (put("^seed: 0", "seed: true"), "seed = true: input should be a valid integer"),
    "null": (put("^seed: 0", "seed: null"), "seed = null: input should be a valid integer"),
    "a list for a number": (put("^seed: 0", "seed: []"), "seed = []: input should be a valid integer"),
    "a fraction": (put("latent_dim: 4", "latent_dim: 4.0"), "models.vae-04.latent_dim = 4.0: "),
    "yes for true": (put("conditional: false", "conditional: yes"), 'models.vae-04.conditional = "yes": '),
    "1e-3 as text": (put("learning_rate: 0.002", "learning_rate: '1e-3'"), 'train.learning_rate = "1e-3": '),
    "not a number": (put("learning_rate: 0.002", "learning_rate: .nan"), "train.learning_rate = NaN: "),
    "infinity": (put("learning_rate: 0.002", "learning_rate: .inf"), "train.learning_rate = Infinity: "),
    "negative": (put("learning_rate: 0.002", "learning_rate: -1"), "train.learning_rate = -1: input should be greater"),
    "zero": (put("latent_dim: 4", "latent_dim: 0"), "models.vae-04.latent_dim = 0: input should be greater"),
    "huge": (
        put("batch_size: 200", f"batch_size: {10**30}"),
        f"datasets.mnist.batch_size = {10**30}: input should be less",
    ),
    "a share of one": (put("tail: 0.05", "tail: 0.25"), "split.tail = 0.25: input should be less than 0.25"),
    "an unknown word": (put("dataset: mnist", "dataset: mnits"), "dataset = \"mnits\": input should be 'mnist',"),
    "a data set without numbers": (
        put("^  digits:.*$", "").replace("dataset: mnist", "dataset: digits"),
        "no entry under",
    ),
    "no model": (re.sub(r"(?ms)^models:.*?\n\n", "models: {}\n\n", GOOD), "models = {}: "),
    "a path as model": (put("^  vae-04:", "  ../vae:"), "models.../vae"),
    "a command as model": (put("^  vae-04:", "  a;b:"), "models.a;b"),
    "no pair": (put(r"(?s)(compare:\s+pairs:).*?(?=\n +resamples)", r"\1 []"), "compare.pairs = []"),
    "a misspelt model": (
        put(r"\[vae-32, vae-20\]", "[vae-23, vae-20]"),
        "compare.pairs has 'vae-23', which is not under models:; did you mean 'vae-",
    ),
    "a plain model to classify": (
        put(r"models: \[cvae-20, cvae-04\]", "models: [vae-20]"),
        "classify.models has 'vae-20', which is no conditional one under models:; did you mean 'cvae-20'?",
    ),
    "a pair of one": (put(r"\[vae-20, vae-04\]", "[vae-20]"), "compare.pairs.0"),
    "a mirror of no kind": (put("https://ossci", "gopher://ossci"), "download.mirrors.mnist.0"),
    "a very long text": (put("^seed: 0", "seed: '" + "x" * 5000 + "'"), "x...: input should be"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_parameters_are_told_in_one_line(tmp_path, run_stage, case):
    content, fault = BAD[case]
    (tmp_path / "params.yaml").write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    code, said = run_stage(tmp_path, "split")
    assert code == 2
    assert one_line(said, "split: params.yaml: ", fault)
    assert len(said) < 400
    assert [path.name for path in tmp_path.iterdir()] == ["params.yaml"]


@pytest.mark.parametrize("name", STAGES)
def test_every_stage_checks_the_parameters_before_anything_else(tmp_path, run_stage, name):
    (tmp_path / "params.yaml").write_text(GOOD + "sead: 1\n", encoding="utf-8")
    code, said = run_stage(
        tmp_path, name, *(["vae-04"] if name in {"train", "score", "certify", "classify", "accuracy"} else [])
    )
    assert code == 2
    assert one_line(said, f"{name}: params.yaml: unknown key sead")
    assert [path.name for path in tmp_path.iterdir()] == ["params.yaml"]


@pytest.mark.parametrize("name", ["train", "score", "certify", "classify", "accuracy"])
@pytest.mark.parametrize(
    "word", ["vae-5", "", "/etc/passwd", "../vae-04", "vae-04/", "vae 04", "vae-04;ls", "größe", "VAE-04"]
)
def test_an_unknown_model_is_told_with_those_there_are(tmp_path, run_stage, name, word):
    (tmp_path / "params.yaml").write_text(GOOD, encoding="utf-8")
    code, said = run_stage(tmp_path, name, word)
    assert code == 2
    assert one_line(said, f"{name}: no model {word!r} under models: in params.yaml", "there are vae-04, vae-20")
    assert [path.name for path in tmp_path.iterdir()] == ["params.yaml"]


def test_missing_parameters_are_told(tmp_path, run_stage):
    code, said = run_stage(tmp_path, "split")
    assert code == 4
    assert one_line(said, "split: cannot read params.yaml: No such file or directory")


def test_a_process_tells_it_in_the_same_way(tmp_path):
    project = tmp_path / "räumlich"
    project.mkdir()
    (project / "params.yaml").write_text(GOOD + "größe: 3\n", encoding="utf-8")
    done = stage(project, "compare", PYTHONPATH=str(ROOT), LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert done.returncode == 2
    assert one_line(done.stderr, r"compare: params.yaml: unknown key gr\xf6\xdfe; there are dataset")


def test_dvc_itself_ends_with_a_failure(project):
    edit(project / "params.yaml", "resamples: 100", "resamples: many")
    done = call(project, "dvc", "repro")
    assert done.returncode
    assert ': params.yaml: compare.resamples = "many": input should be a valid integer' in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
