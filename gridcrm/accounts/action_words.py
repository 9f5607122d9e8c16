"""Words for what the audit recorded.

Actions are named thing_verb by the domains that record them; the verb is said here, the thing
stands beside it.
"""

from gridcrm.core.i18n import N_, gettext

_WHOLE = {
    "sign_in": N_("signed in"),
    "sign_in_failed": N_("sign-in refused"),
    "sign_out": N_("signed out"),
    "password_change": N_("password changed"),
    "password_reset": N_("new password set"),
    "check_in": N_("checked in"),
    "check_in_undo": N_("check-in undone"),
    "walk_in": N_("walked in"),
    "heads_count": N_("heads counted"),
    "cells_lead": N_("lead of cells assigned"),
    "cell_labels": N_("labels of a cell assigned"),
    "export": N_("list taken out"),
    "task_done": N_("done"),
    "customer_do_not_contact": N_("contact barred"),
    "registration_party": N_("number of people changed"),
}
_VERBS = {
    "add": N_("added"),
    "approve": N_("approved"),
    "archive": N_("archived"),
    "area": N_("area changed"),
    "assign": N_("assigned"),
    "cancel": N_("cancelled"),
    "change": N_("changed"),
    "check": N_("checked"),
    "claim": N_("claimed"),
    "close": N_("closed"),
    "commit": N_("brought in"),
    "copy": N_("copied"),
    "delete": N_("thrown away"),
    "draw": N_("drawn"),
    "expired": N_("expired"),
    "freeze": N_("frozen"),
    "granted": N_("granted"),
    "import": N_("brought in"),
    "invite": N_("people invited"),
    "lookup": N_("looked up"),
    "merge": N_("merged"),
    "move": N_("moved"),
    "open": N_("opened"),
    "owner": N_("owner changed"),
    "place": N_("placed"),
    "promote": N_("moved up from the waitlist"),
    "publish": N_("made to count"),
    "redraw": N_("drawn anew"),
    "refused": N_("refused"),
    "reinstate": N_("put back in use"),
    "reject": N_("rejected"),
    "relate": N_("related"),
    "remove": N_("removed"),
    "rename": N_("renamed"),
    "reopen": N_("opened again"),
    "restore": N_("restored"),
    "retire": N_("taken out of use"),
    "return": N_("returned"),
    "reveal": N_("revealed"),
    "reverse": N_("reversed"),
    "review": N_("reviewed"),
    "revoke": N_("revoked"),
    "settle": N_("settled"),
    "start": N_("started"),
    "submit": N_("submitted"),
    "take_back": N_("taken back"),
    "unrelate": N_("no longer related"),
    "verify": N_("verified"),
    "withdrawn": N_("withdrawn"),
}
_THINGS = {
    "branch": N_("branch"),
    "cell": N_("cell"),
    "customer": N_("customer"),
    "event": N_("event"),
    "export": N_("list"),
    "grid_cell": N_("cell"),
    "grid_plan": N_("grid plan"),
    "import_file": N_("customer file"),
    "label": N_("label"),
    "outcome": N_("outcome"),
    "place_import": N_("file of places"),
    "registration": N_("registration"),
    "segment": N_("segment"),
    "series": N_("series"),
    "task": N_("task"),
    "token": N_("token"),
    "user": N_("person"),
    "venue": N_("room"),
    "visit": N_("visit"),
}


def action_words(action: str) -> str:
    """Return an action in words; one nobody gave words to reads as it was recorded."""
    verb = action.partition("_")[2]
    known = _WHOLE.get(action) or _VERBS.get(verb)
    return gettext(known) if known else action.replace("_", " ")


def thing_words(thing: str) -> str:
    """Return a kind of thing in words."""
    return gettext(_THINGS[thing]) if thing in _THINGS else thing.replace("_", " ")
