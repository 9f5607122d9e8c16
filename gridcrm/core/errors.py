"""What can go wrong, in words for the person in front of the screen.

Messages are English msgids with named placeholders; they are translated where they are shown.
"""


class AppError(Exception):
    """Something the person in front of the screen can read and act on."""

    status = 400
    title = "That did not work"

    def __init__(self, message: str, **params: object) -> None:
        """Keep the msgid and what belongs into its placeholders."""
        super().__init__(message)
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return self.message.format(**self.params) if self.params else self.message


class NotFound(AppError):
    """The thing is not there, or not for this person."""

    status = 404
    title = "Not found"

    def __init__(self, message: str = "There is nothing here that you can see.") -> None:
        """Say the same for what is absent and for what is another branch's."""
        super().__init__(message)


class NotSignedIn(AppError):
    """Nobody is signed in."""

    status = 401
    title = "Please sign in"

    def __init__(self, message: str = "Sign in to go on.") -> None:
        """Ask for a sign-in."""
        super().__init__(message)


class NotAllowed(AppError):
    """The person's role lacks the right."""

    status = 403
    title = "Not allowed"

    def __init__(self, message: str = "Your role does not include this.", **params: object) -> None:
        """Say what is missing."""
        super().__init__(message, **params)


class RuleBroken(AppError):
    """A business rule says no."""

    status = 409
    title = "Not possible now"


class InvalidInput(AppError):
    """Fields are wrong; each has its messages."""

    status = 422
    title = "Please check the form"

    def __init__(
        self, fields: dict[str, str], message: str = "Some fields need a correction."
    ) -> None:
        """Keep one message per field."""
        super().__init__(message)
        self.fields = fields
