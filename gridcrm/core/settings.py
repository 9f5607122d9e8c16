"""All settings of an installation; docs/reference/settings.md is written from SETTINGS."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SETTINGS = {
    "GRIDCRM_DATA_DIR": "Folder for the embedded database and the generated secret.",
    "GRIDCRM_DATABASE_URL": "Database; empty means SQLite in the data folder.",
    "GRIDCRM_SECRET": "Key for sign-in, links and the audit chain; empty means one is generated.",
    "GRIDCRM_BASE_URL": "Address under which people reach the server; stands in invitation links.",
    "GRIDCRM_COOKIE_SECURE": "1 sends cookies over HTTPS only.",
    "GRIDCRM_BASEMAP": "Base map under the cells: empty for none, a .pmtiles file, or an address with "
    "{z}, {x} and {y} that the server asks on behalf of the browsers.",
    "GRIDCRM_BASEMAP_HOSTS": "Hosts that the server may ask for base map tiles, with commas between.",
    "GRIDCRM_BASEMAP_DATUM": "Datum of the base map: wgs84 (default, Tianditu) or gcj02 (AMap).",
    "GRIDCRM_BASEMAP_CREDIT": "Whose data the base map is, as its licence asks; stands on the map.",
}
_TRUE = {"1", "true", "yes", "on"}
_SHORTEST_SECRET = 32


@dataclass(frozen=True)
class Settings:
    """Settings of one installation."""

    data_dir: Path
    database_url: str
    secret: str
    base_url: str = "http://127.0.0.1:8000"
    cookie_secure: bool = False
    basemap: str = ""
    basemap_hosts: frozenset[str] = frozenset()
    basemap_datum: str = "wgs84"
    basemap_credit: str = ""


def load(env: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from the environment and make the data folder and the secret once."""
    data_dir = Path(env.get("GRIDCRM_DATA_DIR") or "var").resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    return Settings(
        data_dir=data_dir,
        database_url=env.get("GRIDCRM_DATABASE_URL")
        or f"sqlite+aiosqlite:///{data_dir / 'gridcrm.db'}",
        secret=_checked(env.get("GRIDCRM_SECRET") or _stored_secret(data_dir / "secret")),
        base_url=(env.get("GRIDCRM_BASE_URL") or "http://127.0.0.1:8000").rstrip("/"),
        cookie_secure=env.get("GRIDCRM_COOKIE_SECURE", "").lower() in _TRUE,
        basemap=env.get("GRIDCRM_BASEMAP", "").strip(),
        basemap_hosts=_names(env.get("GRIDCRM_BASEMAP_HOSTS", "")),
        basemap_datum=env.get("GRIDCRM_BASEMAP_DATUM", "").strip().lower() or "wgs84",
        basemap_credit=env.get("GRIDCRM_BASEMAP_CREDIT", "").strip(),
    )


def _names(text: str) -> frozenset[str]:
    return frozenset(part.strip().lower() for part in text.split(",") if part.strip())


def _checked(secret: str) -> str:
    if len(secret) < _SHORTEST_SECRET:
        raise SystemExit(
            f"GRIDCRM_SECRET is too short: use at least {_SHORTEST_SECRET} characters."
        )
    return secret


def _stored_secret(path: Path) -> str:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        secret = secrets.token_urlsafe(48)
        file.write(secret)
    return secret
