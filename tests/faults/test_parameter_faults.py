import re

import pytest

from pipeline.config import load_params
from pipeline.core.errors import ParameterError
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
    "yes for true": (
        put("encoder_sees_label: false", "encoder_sees_label: yes"),
        'template.encoder_sees_label = "yes": ',
    ),
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
        "template.train_on = \"cores\": input should be 'core', 'matched' or 'all'",
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
        'dataset = "../mnist": use up to 40 lower-case letters, digits and hyphens, and begin with a letter',
    ),
    "a data set without numbers": (
        put("^  digits:.*$", "").replace("dataset: mnist", "dataset: digits"),
        "dataset has 'digits', which is not under datasets:",
    ),
    "no model": (re.sub(r"(?ms)^models:.*?\n\n", "models: {}\n\n", GOOD), "models = {}: "),
    "a path as model": (
        put("^  vae-04:", "  ../vae:"),
        '= "../vae": use up to 40 lower-case letters, digits, hyphens and underscores, and begin with a letter',
    ),
    "a number in the name of a variant": (
        put("^    shallow: ", "    shallow2: "),
        '= "shallow2": use up to 20 lower-case letters and hyphens, and begin with a letter',
    ),
    "a hyphen in the name of a proposal": (
        put("^  proposal: modes ", "  proposal: modes-2 "),
        'score.proposal = "modes-2": use lower-case letters, digits and underscores, and begin with a letter',
    ),
    "a command as model": (put("^  vae-04:", "  a;b:"), "models.a;b"),
    "no pair": (put(r"(?s)(^compare:.*?pairs:).*?(?=\n +doubling)", r"\1 []"), "compare.pairs = []"),
    "a misspelt model": (
        put(r"\[vae-32, vae-20\]", "[vae-23, vae-20]"),
        "compare.pairs has 'vae-23', which is not a model under models:; did you mean 'vae-",
    ),
    "a model to validate whose tails are not scored": (
        put(r"(?s)(^validate:.*?models: \[)vae-04", r"\1vae-20-epochs-080-seed-1"),
        "validate.models has 'vae-20-epochs-080-seed-1', whose score_on is test, without the tails; set it to holdo",
    ),
    "no encoder to compare proposals with": (
        put(r"proposals: \[encoder, ", "proposals: ["),
        "validate.proposals = ['mode', 'modes'] lacks encoder, which others are compared with; add it",
    ),
    "a plain model to classify": (
        put(r"(?s)(^classify:.*?models: \[)cvae-20", r"\1vae-20"),
        "classify.models has 'vae-20', which is not a conditional model under models:; did you mean 'cvae-20'?",
    ),
    "a conditional model to diagnose": (
        put(r"(?s)(^diagnose:.*?models: \[\s*)vae-04", r"\1cvae-04"),
        "diagnose.models has 'cvae-04', which is not an unconditional model under models:; did you mean 'vae-04'?",
    ),
    "a misspelt middle model": (
        put("^  middle: vae-20", "  middle: vaee-20"),
        "roles.middle has 'vaee-20', which is not a model under models:; did you mean 'vae-20'?",
    ),
    "a conditional middle model": (
        put("^  middle: vae-20", "  middle: cvae-20"),
        "roles.middle has 'cvae-20', which is not an unconditional model with binarisation: stochastic",
    ),
    "a middle model of thresholded images": (
        put("^  middle: vae-20", "  middle: vae-20-threshold-epochs-080"),
        "roles.middle has 'vae-20-threshold-epochs-080', which is not an unconditional model with binarisation: stoch",
    ),
    "a middle model that draws nothing": (
        put(r"(?s)(^sample:.*?models: \[\s*vae-04, )vae-20, ", r"\1"),
        "sample.models lacks 'vae-20', the model of roles.middle; add it",
    ),
    "a middle model that is not diagnosed": (
        put(r"(?s)(^diagnose:.*?models: \[\s*vae-04, )vae-20, ", r"\1"),
        "diagnose.models lacks 'vae-20', the model of roles.middle; add it",
    ),
    "a base of comparisons that is another model": (
        put("^  base: vae-20-epochs-080", "  base: vae-08-epochs-080"),
        "compare.base has 'vae-08-epochs-080', which differs from roles.middle, 'vae-20', in latent_dim; it may differ",
    ),
    "a label of no form": (
        put("label: none, ", "label: null, "),
        "template.label = null: input should be 'none', 'one-hot'",
    ),
    "an unknown key of validate": (
        put("^validate:", "validate:\n  start: 3\n"),
        "unknown key validate.start; did you mean 'starts'?; there are models, test, tail, proposals, encoder_draws",
    ),
    "validate misspelt": (put("^validate:", "validation:"), "unknown key validation; did you mean 'validate'?"),
    "a sure interval": (put("confidence: 0.95", "confidence: 1"), "intervals.confidence = 1: input should be less"),
    "few resamples": (put("resamples: 2000", "resamples: 9"), "intervals.resamples = 9: input should be greater"),
    "no constant variant": (put("^    constant:", "    another:"), "variants lacks 'constant' with sigma: constant"),
    "a pair of one": (put(r"\[vae-20, vae-04\]", "[vae-20]"), "compare.pairs.0"),
    "a mirror of no kind": (
        put("https://ossci", "gopher://ossci"),
        'download.mirrors.mnist.0 = "gopher://ossci-datasets.s3.amazonaws.com/mnist/": begin with https://, http://',
    ),
    "a very long text": (put("^seed: 0", "seed: '" + "x" * 5000 + "'"), "x...: input should be"),
}

OF_VALIDATION = "(?s)(^validate:.*?"
DISAGREEING = {
    "widths without shares": (
        put(r"width_shares: .*\]", "width_shares: [1]"),
        "score.width_shares = [1.0] has not as many values as widths = [1.05, 1.5]; give every width a share",
    ),
    "shares of more than all draws": (
        put(r"width_shares: .*\]", "width_shares: [0.6, 0.6]"),
        "score.width_shares = [0.6, 0.6] of widths = [1.05, 1.5] add up to 1.2; make it 1",
    ),
    "a width twice": (
        put(r" widths: .*\]", " widths: [1.5, 1.5]"),
        "score.widths = [1.5, 1.5] is not ascending; write [1.5]",
    ),
    "more searches than points": (
        put("  prior_points: 20000 ", "  prior_points: 32 "),
        "score.starts = 8 at levels = 3 are up to 33 searches, more than prior_points = 32 to start from; lower ",
    ),
    "more searches than points in few dimensions": (
        put("low_prior_points: 30000", "low_prior_points: 32"),
        "score.starts = 8 at levels = 3 are up to 33 searches, more than low_prior_points = 32 to start from",
    ),
    "more draws than can be": (
        put("levels: 3 ", "levels: 8 ").replace("draws: 344 ", "draws: 1000 "),
        "score.levels = 8 with draws = 1000 end at 16384000 importance weights per image; lower one of them",
    ),
    "no draw from the prior": (
        put("prior_share: 0.1 ", "prior_share: 0.002 "),
        "score.prior_share = 0.002 of draws = 344 is not one draw from the prior; raise one of them",
    ),
    "more chains than a block": (
        put("chains: 24 ", "chains: 961 "),
        "certify.chains = 961 of one image do not fit into block = 960; raise block, or lower chains",
    ),
    "a quadrature without end": (
        put("quadrature_latent: 4 ", "quadrature_latent: 6 ").replace("nodes: 7 ", "nodes: 11 "),
        "certify.nodes = 11 in quadrature_latent = 6 dimensions are 1771561 points; lower one of them",
    ),
    "a curve that descends": (
        put(r"curve: \[16, 64, 256, 1024\]", "curve: [64, 16]"),
        "validate.curve = [64, 16] is not ascending; write [16, 64]",
    ),
    "a curve beyond its end": (
        put("encoder_draws: 5000 ", "encoder_draws: 1000 "),
        "validate.curve = [16, 64, 256, 1024] goes beyond encoder_draws = 1000, ",
    ),
    "more draws than at most": (
        put("max_draws: 500000 ", "max_draws: 20000 "),
        "validate.max_draws = 20000 is no multiple of draws = 50000, ",
    ),
    "a last batch beyond the most": (
        put("draws: 50000 ", "draws: 30000 "),
        "validate.max_draws = 500000 is no multiple of draws = 30000, ",
    ),
    "more starts of the reference than points": (
        put(OF_VALIDATION + r"starts: )20 ", r"\g<1>20001 "),
        "validate.starts = 20001 exceeds score.prior_points = 20000, from which the starts are chosen; lower it",
    ),
    "more starts of the reference than points in few dimensions": (
        put(OF_VALIDATION + r"starts: )20 ", r"\g<1>19 ")
        .replace("low_prior_points: 30000", "low_prior_points: 18")
        .replace("levels: 3 ", "levels: 1 "),
        "validate.starts = 19 exceeds score.low_prior_points = 18, from which the starts are chosen; lower it",
    ),
    "a reference no better than the scores": (
        put("target_standard_error: 0.02 ", "target_standard_error: 0.5 "),
        "validate.target_standard_error = 0.5 is not below score.target_standard_error = 0.5; lower it",
    ),
    "a proposal twice": (
        put(r"proposals: \[encoder, ", "proposals: [encoder, mode, "),
        "validate.proposals has 'mode' 2 times; keep one",
    ),
    "more effort for wrong labels than for right ones": (
        put(r"(?s)(^classify:.*?levels: )1", r"\g<1>4"),
        "classify.levels = 4 exceeds score.levels = 3, which it overrides; lower it",
    ),
    "more effort for generated images than for real ones": (
        put(r"(?s)(^diagnose:.*?levels: )1", r"\g<1>4"),
        "diagnose.levels = 4 exceeds score.levels = 3, which it overrides; lower it",
    ),
    "all steps before dips": (
        put("settle: 100 ", "settle: 4000 "),
        "regress.settle = 4000 leaves none of steps = 4000; lower it",
    ),
    "no look after the start": (
        put("look_every: 20 ", "look_every: 4000 "),
        "regress.look_every = 4000 leaves no evaluation after the first of steps = 4000; lower it",
    ),
    "noise that does not grow": (
        put("quiet: 0.01 ", "quiet: 0.36 "),
        "regress.quiet = 0.36 is not below loud = 0.36; lower it",
    ),
    "a floor above all noise": (
        put("floor: 0.05", "floor: 0.36"),
        "regress.variants.floor.floor = 0.36 is not below loud = 0.36, ",
    ),
    "multiples that do not grow": (
        put(r"multiples: \[0, 1, 2", "multiples: [0, 2, 1"),
        "sample.multiples = [0.0, 2.0, 1.0, 4.0, 8.0] is not ascending; write [0.0, 1.0, 2.0, 4.0, 8.0]",
    ),
    "a void among the other ratios": (
        put(r"ratios: \[0.01, 0.5\]", "ratios: [0.01, 0.1]"),
        "diagnose.ratios = [0.01, 0.1] has void = 0.1, which is reported anyway; leave it out of ratios",
    ),
    "ratios that descend": (
        put(r"ratios: \[0.01, 0.5\]", "ratios: [0.5, 0.01]"),
        "diagnose.ratios = [0.5, 0.01] is not ascending; write [0.01, 0.5]",
    ),
    "numbers of draws that descend": (
        put(r"curve: \[1, 2, ", "curve: [2, 1, "),
        "decompose.curve = [2, 1, 4, ",
    ),
    "numbers of draws of a gradient twice": (
        put(r"gradient_draws: \[1, 8, 64\]", "gradient_draws: [8, 8]"),
        "decompose.gradient_draws = [8, 8] is not ascending; write [8]",
    ),
    "fewer resamples than an interval needs": (
        put("confidence: 0.95", "confidence: 0.9999"),
        "intervals.resamples = 2000 are too few for confidence = 0.9999; raise resamples to at least 20000",
    ),
    "a read longer than a file may take": (
        put("read_timeout: 30 ", "read_timeout: 601 "),
        "download.read_timeout = 601 is longer than total_timeout = 600; lower it",
    ),
    "a pair twice": (
        put(r"\[vae-32, vae-20\]", "[vae-20, vae-04]"),
        "compare.pairs has ['vae-20', 'vae-04'] 2 times; keep one",
    ),
    "a model compared with itself": (
        put(r"\[vae-32, vae-20\]", "[vae-20, vae-20]"),
        "compare.pairs has ['vae-20', 'vae-20'], a model and itself; name another, or remove the pair",
    ),
    "a label for the encoder alone": (
        put("encoder_sees_label: false", "encoder_sees_label: true"),
        "template.encoder_sees_label = true with label = none needs a label, one-hot or number; set it to false",
    ),
} | {
    f"a model of {section} twice": (
        put(rf"(?s)(^{section}:.*?models: \[\s*)([\w-]+)", r"\1\2, \2"),
        f"{section}.models has '{'cvae-20' if section == 'classify' else 'vae-04'}' 2 times; keep one",
    )
    for section in ("certify", "classify", "validate", "sample", "diagnose")
}
"""Values that are in their ranges, one of which bounds the other."""


@pytest.mark.parametrize("case", DISAGREEING)
def test_values_that_disagree_are_told_before_anything_runs(tmp_path, case):
    content, fault = DISAGREEING[case]
    (tmp_path / "params.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(ParameterError) as caught:
        load_params(tmp_path / "params.yaml")
    assert one_line(str(caught.value), f"params.yaml: {fault}")
    assert len(str(caught.value)) < 300


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
