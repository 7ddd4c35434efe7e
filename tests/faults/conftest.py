from tests.support.tiny import finished, once, project, run_stage, scored_alone  # noqa: F401 (fixtures)
