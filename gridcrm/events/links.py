"""Addresses that stand for a person or an event, for people without an account.

A token is the number of a thing and a 136-bit HMAC over it, so nothing has to be stored and a
copy of the database opens no door.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum

_NUMBER_BYTES = 6
_MAC_BYTES = 17
_TOKEN_CHARS = 32


class Link(StrEnum):
    """What a token stands for."""

    INVITATION = "i"
    EVENT = "e"
    GUEST = "g"
    CALENDAR = "c"


@dataclass(frozen=True)
class Links:
    """Makes and reads the addresses of one installation."""

    secret: str
    base_url: str

    def reply(self, kind: Link, number: int) -> str:
        """Return the address under which somebody answers."""
        return f"{self.base_url}/r/{self.token(kind, number)}"

    def calendar(self, user_id: int) -> str:
        """Return the address of a person's calendar feed."""
        return f"{self.base_url}/calendar/{self.token(Link.CALENDAR, user_id)}.ics"

    def token(self, kind: Link, number: int) -> str:
        """Return the token of a thing."""
        plain = kind.encode() + number.to_bytes(_NUMBER_BYTES, "big")
        return base64.urlsafe_b64encode(plain + self._mac(plain)).decode()

    def read(self, token: str) -> tuple[Link, int] | None:
        """Return what a token stands for, or None if we did not make it."""
        if len(token) != _TOKEN_CHARS:
            return None
        try:
            raw = base64.b64decode(token, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        plain, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(plain)):
            return None
        return Link(plain[:1].decode()), int.from_bytes(plain[1:], "big")

    def _mac(self, plain: bytes) -> bytes:
        key = b"link:" + self.secret.encode()
        return hmac.new(key, plain, hashlib.sha256).digest()[:_MAC_BYTES]
