"""Every feature's tables in one import, for migrations and for the tests of all tables."""

from tbblearn.access import models as access
from tbblearn.audit import models as audit
from tbblearn.courses import models as courses
from tbblearn.mail import models as mail
from tbblearn.people import models as people
from tbblearn.readiness import models as readiness
from tbblearn.staffing import models as staffing
from tbblearn.surveys import models as surveys
from tbblearn.training import completion_models as completions
from tbblearn.training import exemption_models as exemptions
from tbblearn.training import models as training
from tbblearn.training.faults import models as faults

__all__ = [
    "access",
    "audit",
    "completions",
    "courses",
    "exemptions",
    "faults",
    "mail",
    "people",
    "readiness",
    "staffing",
    "surveys",
    "training",
]
