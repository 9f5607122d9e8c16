"""The server process."""

import os

from gridcrm.core.terminal import Terminal


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
    await uvicorn.Server(config).serve()
