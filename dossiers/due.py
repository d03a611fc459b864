"""The due date of a dossier (hẹn trả): working days by Vietnamese office hours.

Counted as Bộ luật Dân sự 2015 art. 147 and 148 do: the day of receipt does not count, and a term that ends on a day
off ends on the next working day. Days off here are Saturday, Sunday and the four holidays with fixed dates of the solar
calendar (Bộ luật Lao động 2019 art. 112). Tết and the Hùng Kings' day follow the lunar calendar, and bridge days are
decided each year: both are missing, so around them a due date may come out too early.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
_CLOSING = time(17, 0)
_LATE = time(15, 0)  # what comes later is answered on the next working day
_HOLIDAYS = frozenset({(1, 1), (4, 30), (5, 1), (9, 2), (9, 1)})


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in _HOLIDAYS


def due_at(received: datetime, working_days: int) -> datetime:
    """The end of the last working day of the term, UTC. `working_days` 0 means on the day of receipt."""
    local = received.astimezone(VIETNAM)
    day, left = local.date(), working_days
    if left == 0 and (local.time() >= _LATE or not is_working_day(day)):
        left = 1
    while left > 0:
        day += timedelta(days=1)
        left -= is_working_day(day)
    return datetime.combine(day, _CLOSING, VIETNAM).astimezone(UTC)
