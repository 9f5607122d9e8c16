"""When a sign-in is locked, when a session ends, and whose job is in one branch."""

from datetime import datetime, timedelta

from gridcrm.core.who import ALL_BRANCHES, Role

IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
FAILURES_BEFORE_LOCK = 5
LOCK_FOR = timedelta(minutes=15)
SHORTEST_PASSWORD = 10


def is_locked(locked_until: datetime | None, now: datetime) -> bool:
    """Return whether the account refuses every password for now."""
    return locked_until is not None and now < locked_until


def locked_until(failed_count: int, now: datetime) -> datetime | None:
    """Return until when this many failures in a row lock the account."""
    return now + LOCK_FOR if failed_count % FAILURES_BEFORE_LOCK == 0 else None


def session_is_over(last_seen_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """Return whether a session has been idle for too long or has reached its end."""
    return now >= expires_at or now - last_seen_at >= IDLE_LIMIT


def works_in_a_branch(role: Role) -> bool:
    """Return whether the role belongs to one branch rather than to all."""
    return role not in ALL_BRANCHES
