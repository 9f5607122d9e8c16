"""Conditions on what people like: the labels they carry."""

from typing import ClassVar, Literal

from pydantic import Field
from sqlalchemy import ColumnElement

from gridcrm.core.i18n import N_
from gridcrm.labels import clauses
from gridcrm.segments.condition import Condition, Context, Input, InputKind

_GROUP = N_("What they like")
_SURE = Input("min_confidence", InputKind.NUMBER, N_("Confidence"), minimum=0, maximum=1, step=0.05)


class HasLabel(Condition):
    """A label in use that has not expired and is sure enough."""

    kind: Literal["label"] = "label"
    slug: str = Field(max_length=80)
    min_confidence: float = Field(default=0.5, ge=0, le=1)

    title: ClassVar = N_("A label")
    group: ClassVar = _GROUP
    verbs: ClassVar = (N_("have"), N_("do not have"))
    ask: ClassVar = N_("the label {slug} with confidence ≥ {min_confidence}")
    inputs: ClassVar = (Input("slug", InputKind.ONE, N_("Label"), source="label"), _SURE)

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL."""
        return clauses.carries(self.slug, self.min_confidence, context.today)


class HasLabelUnder(Condition):
    """Any label below a theme or a group."""

    kind: Literal["label_under"] = "label_under"
    slug: str = Field(max_length=80)
    min_confidence: float = Field(default=0.5, ge=0, le=1)

    title: ClassVar = N_("Any label of a theme")
    group: ClassVar = _GROUP
    verbs: ClassVar = (N_("have"), N_("do not have"))
    ask: ClassVar = N_("any label of {slug} with confidence ≥ {min_confidence}")
    inputs: ClassVar = (Input("slug", InputKind.ONE, N_("Theme"), source="theme"), _SURE)

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL."""
        return clauses.carries_under(self.slug, self.min_confidence, context.today)


class HasSeveralOfATheme(Condition):
    """Several labels of one and the same theme: somebody with a taste of their own."""

    kind: Literal["labels_in_branch_of_tree"] = "labels_in_branch_of_tree"
    at_least: int = Field(default=2, ge=2, le=8)
    min_confidence: float = Field(default=0.5, ge=0, le=1)

    title: ClassVar = N_("Several labels of one theme")
    group: ClassVar = _GROUP
    verbs: ClassVar = (N_("have"), N_("do not have"))
    ask: ClassVar = N_("{at_least} or more labels of one theme with confidence ≥ {min_confidence}")
    inputs: ClassVar = (
        Input("at_least", InputKind.NUMBER, N_("How many labels"), minimum=2, maximum=8),
        _SURE,
    )

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL."""
        return clauses.carries_several(self.at_least, self.min_confidence, context.today)


CONDITIONS: tuple[type[Condition], ...] = (HasLabel, HasLabelUnder, HasSeveralOfATheme)
