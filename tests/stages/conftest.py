from tests.support.tiny import finished, once, project, run_stage  # noqa: F401 (fixtures)
