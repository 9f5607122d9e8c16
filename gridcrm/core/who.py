"""Who asks, and what their role may do. Rights follow the table in docs/guide (roles)."""

from dataclasses import dataclass
from enum import StrEnum

from gridcrm.core.errors import NotAllowed, NotFound
from gridcrm.core.i18n import Language


class Role(StrEnum):
    """A job in or around a branch."""

    GRID_OFFICER = "grid_officer"
    LOBBY_MANAGER = "lobby_manager"
    GRID_LEAD = "grid_lead"
    BRANCH_MANAGER = "branch_manager"
    MARKETING = "marketing"
    COMPLIANCE = "compliance"
    INSPECTOR = "inspector"
    HEAD_OFFICE = "head_office"
    ADMIN = "admin"


class Right(StrEnum):
    """One thing that a role may or may not do."""

    HOME = "home"
    BRANCHES_VIEW = "branches.view"
    BRANCHES_ADD = "branches.add"
    BRANCHES_EDIT = "branches.edit"
    PLACES_IMPORT = "places.import"
    GRIDS_VIEW = "grids.view"
    GRIDS_EDIT = "grids.edit"
    CUSTOMERS_LIST = "customers.list"
    CUSTOMERS_LOOKUP = "customers.lookup"
    CUSTOMERS_EDIT = "customers.edit"
    CUSTOMERS_IMPORT = "customers.import"
    CUSTOMERS_REVEAL = "customers.reveal"
    LABELS_VIEW = "labels.view"
    LABELS_ASSIGN = "labels.assign"
    LABELS_MANAGE = "labels.manage"
    SEGMENTS_VIEW = "segments.view"
    SEGMENTS_EDIT = "segments.edit"
    DESK_USE = "desk.use"
    EVENTS_VIEW = "events.view"
    EVENTS_EDIT = "events.edit"
    EVENTS_APPROVE = "events.approve"
    EVENTS_DOOR = "events.door"
    MICRO_SALON = "events.micro_salon"
    OUTCOMES_VIEW = "outcomes.view"
    OUTCOMES_CLAIM = "outcomes.claim"
    OUTCOMES_VERIFY = "outcomes.verify"
    MAP_VIEW = "map.view"
    EXPORTS_TAKE = "exports.take"
    EXPORTS_REGISTER = "exports.register"
    AUDIT_VIEW = "audit.view"
    USERS_MANAGE = "users.manage"


_EVERYBODY = {Right.HOME, Right.BRANCHES_VIEW}
_FLOOR = _EVERYBODY | {
    Right.GRIDS_VIEW,
    Right.LABELS_VIEW,
    Right.EVENTS_VIEW,
    Right.MAP_VIEW,
    Right.DESK_USE,
}
_OFFICER = _FLOOR | {
    Right.CUSTOMERS_LIST,
    Right.CUSTOMERS_LOOKUP,
    Right.CUSTOMERS_EDIT,
    Right.CUSTOMERS_REVEAL,
    Right.LABELS_ASSIGN,
    Right.SEGMENTS_VIEW,
    Right.EVENTS_EDIT,
    Right.EVENTS_DOOR,
    Right.MICRO_SALON,
    Right.OUTCOMES_VIEW,
    Right.OUTCOMES_CLAIM,
    Right.EXPORTS_TAKE,
}
_LEAD = _OFFICER | {Right.SEGMENTS_EDIT, Right.OUTCOMES_VERIFY, Right.CUSTOMERS_IMPORT}
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.GRID_OFFICER: frozenset(_OFFICER),
    Role.LOBBY_MANAGER: frozenset(
        _FLOOR
        | {
            Right.CUSTOMERS_LOOKUP,
            Right.LABELS_ASSIGN,
            Right.EVENTS_DOOR,
            Right.MICRO_SALON,
            Right.OUTCOMES_CLAIM,
        }
    ),
    Role.GRID_LEAD: frozenset(_LEAD),
    Role.BRANCH_MANAGER: frozenset(
        _LEAD
        | {
            Right.BRANCHES_EDIT,
            Right.PLACES_IMPORT,
            Right.GRIDS_EDIT,
            Right.EVENTS_APPROVE,
            Right.EXPORTS_REGISTER,
            Right.AUDIT_VIEW,
        }
    ),
    Role.MARKETING: frozenset(
        _FLOOR
        | {
            Right.CUSTOMERS_LIST,
            Right.LABELS_MANAGE,
            Right.SEGMENTS_VIEW,
            Right.SEGMENTS_EDIT,
            Right.EVENTS_EDIT,
            Right.OUTCOMES_VIEW,
            Right.EXPORTS_TAKE,
        }
    ),
    Role.COMPLIANCE: frozenset(
        _EVERYBODY
        | {
            Right.GRIDS_VIEW,
            Right.LABELS_VIEW,
            Right.MAP_VIEW,
            Right.CUSTOMERS_LIST,
            Right.CUSTOMERS_REVEAL,
            Right.EVENTS_VIEW,
            Right.EVENTS_APPROVE,
            Right.OUTCOMES_VIEW,
            Right.EXPORTS_REGISTER,
            Right.AUDIT_VIEW,
        }
    ),
    Role.INSPECTOR: frozenset(_EVERYBODY),
    Role.HEAD_OFFICE: frozenset(
        _EVERYBODY
        | {
            Right.GRIDS_VIEW,
            Right.LABELS_VIEW,
            Right.LABELS_MANAGE,
            Right.EVENTS_VIEW,
            Right.MAP_VIEW,
            Right.EXPORTS_REGISTER,
            Right.AUDIT_VIEW,
        }
    ),
    Role.ADMIN: frozenset(
        _EVERYBODY | {Right.BRANCHES_ADD, Right.BRANCHES_EDIT, Right.USERS_MANAGE}
    ),
}
ALL_BRANCHES = frozenset({Role.COMPLIANCE, Role.HEAD_OFFICE, Role.ADMIN})


@dataclass(frozen=True)
class Who:
    """The person who asks. `branch_id` is the branch they work in or have chosen to look at."""

    user_id: int
    display_name: str
    role: Role
    branch_id: int | None
    language: Language = Language.ZH
    all_branches: bool = False

    def may(self, right: str) -> bool:
        """Return whether the role includes the right."""
        return right in RIGHTS[self.role]

    def must(self, right: Right) -> None:
        """Refuse unless the role includes the right."""
        if not self.may(right):
            raise NotAllowed

    def sees_branch(self, branch_id: int | None) -> bool:
        """Return whether a branch's things may be shown to this person at all."""
        return branch_id is not None and (self.all_branches or branch_id == self.branch_id)

    @property
    def here(self) -> int:
        """Return the branch at hand; a person without one sees nothing."""
        if self.branch_id is None:
            raise NotFound("Choose a branch first.")
        return self.branch_id
