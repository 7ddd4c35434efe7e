from tests.support.studies import made_numbers
from tests.support.tiny import once

__all__ = ["made_numbers", "once"]
