"""What a person's own page says."""

from datetime import date

from tbblearn.training.record.tasks import own_tasks
from tests.factories import TODAY
from tests.training.conftest import said


def status_of(person_id: int, today: date = TODAY) -> dict[str, str]:
    return {task.occasion: said(task.status) for task in own_tasks(person_id, today)}
