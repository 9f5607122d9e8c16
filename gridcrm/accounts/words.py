"""What happened to an account, in words."""

from gridcrm.core.i18n import ngettext


def tokens_ended(tokens: int) -> str:
    """Return that a person's API tokens ended, nothing where there were none."""
    words = ngettext(
        "{n} token for programs ended; make a new one where it is still needed.",
        "{n} tokens for programs ended; make new ones where they are still needed.",
        tokens,
    )
    return words.format(n=tokens) if tokens else ""
