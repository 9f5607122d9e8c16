"""Forms that come back filled, with the message beside the field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ValidationError

from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.i18n import N_, gettext, say

T = TypeVar("T", bound=BaseModel)
Ids = Annotated[list[int], BeforeValidator(lambda v: v if isinstance(v, list) else [v])]
"""The numbers that a form sends under one name; one alone comes without a list."""

_MESSAGES = {
    "missing": N_("This is needed."),
    "string_too_short": N_("Use at least {min_length} characters."),
    "string_too_long": N_("Use at most {max_length} characters."),
    "string_pattern_mismatch": N_("Some of these characters are not allowed."),
    "int_parsing": N_("Give a whole number."),
    "int_from_float": N_("Give a whole number."),
    "float_parsing": N_("Give a number."),
    "decimal_parsing": N_("Give a number."),
    "finite_number": N_("Give a number."),
    "greater_than": N_("Give more than {gt}."),
    "greater_than_equal": N_("Give at least {ge}."),
    "less_than": N_("Give less than {lt}."),
    "less_than_equal": N_("Give at most {le}."),
    "enum": N_("Choose one of the list."),
    "literal_error": N_("Choose one of the list."),
    "date_from_datetime_parsing": N_("Give a date such as 2026-11-21."),
    "date_parsing": N_("Give a date such as 2026-11-21."),
    "datetime_from_date_parsing": N_("Give a date and time such as 2026-11-21 14:00."),
    "datetime_parsing": N_("Give a date and time such as 2026-11-21 14:00."),
    "bool_parsing": N_("Choose yes or no."),
    "extra_forbidden": N_("This field is not known here."),
}


@dataclass
class Form:
    """What somebody typed and what is wrong with it."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """Return 422 for a form that comes back, 200 for a fresh one."""
        return 422 if self.errors else 200


def parse(schema: type[T], data: Mapping[str, Any]) -> T:
    """Read a form into a schema, or raise InvalidInput with one message a field."""
    given = {k: _plain(v) if isinstance(v, str) else v for k, v in data.items()}
    given = {k: v for k, v in given.items() if v != "" and not k.startswith("_")}
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        raise InvalidInput(field_messages(error)) from None


def field_messages(error: ValidationError) -> dict[str, str]:
    """Return one message for each wrong field, in the current language."""
    return {
        ".".join(str(part) for part in item["loc"]) or "form": _message(item)  # type: ignore[arg-type]
        for item in error.errors(include_url=False)
    }


def refused(data: Mapping[str, Any], error: InvalidInput | RuleBroken) -> Form:
    """Return the form as it was typed, with what is wrong beside each field or above them all."""
    fields = error.fields if isinstance(error, InvalidInput) else {}
    errors = {name: [gettext(message)] for name, message in fields.items()}
    return Form(values=dict(data), errors=errors or {"form": [say(error)]})


def _plain(text: str) -> str:
    """Return what was typed without the spaces around it and without NUL, which no text holds."""
    return text.replace("\0", "").strip()


def _message(item: dict[str, Any]) -> str:
    told = item.get("ctx", {})
    if item["type"] == "value_error":
        return str(told["error"])
    known = _MESSAGES.get("missing" if told.get("min_length") == 1 else item["type"])
    return gettext(known).format(**told) if known else item["msg"]
