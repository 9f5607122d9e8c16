"""Passwords and tokens: how they are made, kept and compared."""

import hashlib
import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

PREFIX_OF_TOKENS = "grid_"
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def hash_password(password: str) -> str:
    """Return an Argon2id hash (19 MiB, two passes; OWASP's floor); takes tens of milliseconds."""
    return _hasher.hash(password)


def password_fits(password_hash: str | None, password: str) -> bool:
    """Compare in equal time whether or not the account exists; takes tens of milliseconds."""
    try:
        _hasher.verify(password_hash or _nobody(), password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None


def new_password() -> str:
    """Return a random password that can be read aloud."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))


def new_token(prefix: str = "") -> str:
    """Return an unguessable token."""
    return prefix + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@lru_cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))
