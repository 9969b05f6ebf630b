"""torch's address of `course_lib.functional`, for who writes `import course_lib.nn.functional as F`."""

import sys

from course_lib import functional

sys.modules[__name__] = functional
