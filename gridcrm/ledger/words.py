"""The words under which visits and tasks are shown."""

from gridcrm.core.i18n import N_, gettext
from gridcrm.ledger.models import VisitResult
from gridcrm.ledger.rules import Urgency

_RESULTS = {
    VisitResult.RECORDED: N_("talked"),
    VisitResult.NOT_HOME: N_("nobody home"),
    VisitResult.REFUSED: N_("refused to talk"),
}
_URGENCIES = {
    Urgency.TODO: N_("to do"),
    Urgency.DUE: N_("due today"),
    Urgency.OVERDUE: N_("overdue"),
    Urgency.DONE: N_("done"),
}


def result_word(result: VisitResult) -> str:
    """Return how a visit ended, in words."""
    return gettext(_RESULTS[result])


def urgency_word(urgency: Urgency) -> str:
    """Return how a task stands, in words."""
    return gettext(_URGENCIES[urgency])


def results() -> list[tuple[str, str]]:
    """Return the ways a visit can end, for a select."""
    return [(value, gettext(text)) for value, text in _RESULTS.items()]
