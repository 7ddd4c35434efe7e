from tests.support.browser import browser
from tests.support.tiny import finished, once, project, run_stage

__all__ = ["browser", "finished", "once", "project", "run_stage"]
