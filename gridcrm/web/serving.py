"""The server process, and what its log may keep."""

import logging
import os
import re

from gridcrm.core.terminal import Terminal

_NOT_FOR_LOGS = re.compile(r"\?.*|(?<=^/r/)[^/?]+|(?<=^/calendar/)[^/?]+")
"""What people look for, their names and numbers, and the secrets of links."""


async def serve(terminal: Terminal, *, port: int, host: str = "127.0.0.1", log_level: str) -> None:
    """Serve until somebody stops it; the application opens its own connections."""
    import uvicorn

    await terminal.database.close()
    os.environ.setdefault("GRIDCRM_BASE_URL", f"http://127.0.0.1:{port}")
    config = uvicorn.Config(
        "gridcrm.app:from_environment",
        factory=True,
        host=host,
        port=port,
        log_level=log_level,
        server_header=False,
    )
    logging.getLogger("uvicorn.access").addFilter(discreet)
    await uvicorn.Server(config).serve()


def discreet(record: logging.LogRecord) -> bool:
    """Leave in a line of the access log only what anybody may read; every line is kept."""
    if isinstance(record.args, tuple):
        address = [_NOT_FOR_LOGS.sub("", str(arg)) for arg in record.args[2:3]]
        record.args = (*record.args[:2], *address, *record.args[3:])
    return True
