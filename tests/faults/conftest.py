from tests.tiny import finished as finished
from tests.tiny import project as project
from tests.tiny import run_stage as run_stage
