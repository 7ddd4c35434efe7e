import re

import pytest

from tests.support.tiny import ROOT, call, edit, one_line, stage

GOOD = (ROOT / "params.yaml").read_text(encoding="utf-8")
OF_ONE_MODEL = ("train", "score", "certify", "validate", "sample", "diagnose", "classify")
STAGES = (
    "download",
    "split",
    *OF_ONE_MODEL,
    "regress",
    "gather",
    "compare",
    "decompose",
    "plot",
    "summarise",
    "explore",
)


def put(pattern, text):
    """The good parameters with one place changed."""
    changed, times = re.subn(pattern, text, GOOD, count=1, flags=re.MULTILINE)
    assert times == 1
    return changed


BAD = {
    "empty file": ("", "is not a mapping"),
    "a list": ("- seed\n", "is not a mapping"),
    "no YAML": ("seed: 1: 2\n", "line 1: mapping values are not allowed here"),
    "a tab": (put("^  tail", "\ttail"), "cannot start any token"),
    "a NUL": (GOOD + "\0", "special characters are not allowed"),
    "Latin-1": (GOOD.encode() + b"# \xe9\n", "is not UTF-8"),
    "a tag": (GOOD + "x: !!python/object:os.system ls\n", "could not determine a constructor"),
    "deep brackets": ("[" * 5000, "brackets are nested too deeply"),
    "a value in itself": (GOOD + "x: &x [*x]\n", "a value must not contain itself"),
    "a list as key": (GOOD + "? [a]\n: 1\n", "keys must be words"),
    "a date as key": (GOOD + "2026-01-01: 1\n", "keys must be words"),
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
    "an unknown word": (
        put("train_on: core, ", "train_on: cores, "),
        "models.vae-04.train_on = \"cores\": input should be 'core', 'matched' or 'all'",
    ),
    "a misspelt data set": (
        put("dataset: mnist", "dataset: mnits"),
        "dataset has 'mnits', which is not under datasets:; did you mean 'mnist'?; there are mnist, fashion-mnist",
    ),
    "mirrors of a misspelt data set": (
        put("^    kmnist: ", "    kmnits: "),
        "download.mirrors has 'kmnits', which is not under datasets:; did you mean 'kmnist'?",
    ),
    "a path as data set": (
        put("dataset: mnist", "dataset: ../mnist"),
        'dataset = "../mnist": use lower-case letters, digits',
    ),
    "a data set without numbers": (
        put("^  digits:.*$", "").replace("dataset: mnist", "dataset: digits"),
        "dataset has 'digits', which is not under datasets:",
    ),
    "no model": (re.sub(r"(?ms)^models:.*?\n\n", "models: {}\n\n", GOOD), "models = {}: "),
    "a path as model": (put("^  vae-04:", "  ../vae:"), "models.../vae"),
    "a command as model": (put("^  vae-04:", "  a;b:"), "models.a;b"),
    "no pair": (put(r"(?s)(^compare:.*?pairs:).*?(?=\n +joint_errors)", r"\1 []"), "compare.pairs = []"),
    "a misspelt model": (
        put(r"\[vae-32, vae-20\]", "[vae-23, vae-20]"),
        "compare.pairs has 'vae-23', which is not a model under models:; did you mean 'vae-",
    ),
    "a model to validate whose tails are not scored": (
        put(r"(?s)(^validate:.*?models: \[)vae-04", r"\1vae-20-seed-1"),
        "validate.models has 'vae-20-seed-1', whose score_on is test; the tails must be scored too",
    ),
    "no encoder to compare proposals with": (
        put(r"proposals: \[encoder, ", "proposals: ["),
        "validate.proposals = ['mode', 'modes'] lacks encoder",
    ),
    "a plain model to classify": (
        put(r"models: \[cvae-20, cvae-04\]", "models: [vae-20]"),
        "classify.models has 'vae-20', which is not a conditional model under models:; did you mean 'cvae-20'?",
    ),
    "a conditional model to diagnose": (
        put(r"(?s)(diagnose:.*?models: \[)vae-04", r"\1cvae-04"),
        "diagnose.models has 'cvae-04', which is not an unconditional model under models:; did you mean 'vae-04'?",
    ),
    "a misspelt middle model": (
        put("^  middle: vae-20", "  middle: vaee-20"),
        "roles.middle has 'vaee-20', which is not a model under models:; did you mean 'vae-20'?",
    ),
    "a conditional middle model": (
        put("^  middle: vae-20", "  middle: cvae-20"),
        "roles.middle has 'cvae-20', which is not an unconditional model with binarization: stochastic",
    ),
    "a middle model of thresholded images": (
        put("^  middle: vae-20", "  middle: vae-20-threshold"),
        "roles.middle has 'vae-20-threshold', which is not an unconditional model with binarization: stochastic",
    ),
    "a middle model that draws nothing": (
        put(r"(?s)(sample:.*?models: \[vae-04, )vae-20, ", r"\1"),
        "sample.models lacks 'vae-20', the model of roles.middle; add it",
    ),
    "a middle model that is not diagnosed": (
        put(r"(?s)(diagnose:.*?models: \[vae-04, )vae-20, ", r"\1"),
        "diagnose.models lacks 'vae-20', the model of roles.middle; add it",
    ),
    "an unknown key of validate": (
        put("^validate:", "validate:\n  start: 3\n"),
        "unknown key validate.start; did you mean 'starts'?; there are models, test, tail, proposals, encoder_draws",
    ),
    "validate misspelt": (put("^validate:", "validation:"), "unknown key validation; did you mean 'validate'?"),
    "a sure interval": (put("confidence: 0.95", "confidence: 1"), "intervals.confidence = 1: input should be less"),
    "few resamples": (put("resamples: 2000", "resamples: 9"), "intervals.resamples = 9: input should be greater"),
    "all steps before dips": (put("settle: 100 ", "settle: 4000 "), "settle = 4000 leaves none of the 4000 steps"),
    "no constant variant": (put("^    constant:", "    another:"), "variants lacks 'constant' with sigma: constant"),
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
    code, said = run_stage(tmp_path, name, *(["vae-04"] if name in OF_ONE_MODEL else []))
    assert code == 2
    assert one_line(said, f"{name}: params.yaml: unknown key sead")
    assert [path.name for path in tmp_path.iterdir()] == ["params.yaml"]


@pytest.mark.parametrize("name", OF_ONE_MODEL)
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
    assert ': params.yaml: intervals.resamples = "many": input should be a valid integer' in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
