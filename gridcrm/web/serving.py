"""The server process."""

from gridcrm.core.terminal import Terminal


async def serve(terminal: Terminal, *, port: int, host: str = "127.0.0.1", log_level: str) -> None:
    """Serve until somebody stops it; the application opens its own connections."""
    import uvicorn

    await terminal.database.close()
    config = uvicorn.Config(
        "gridcrm.app:from_environment",
        factory=True,
        host=host,
        port=port,
        log_level=log_level,
        server_header=False,
    )
    await uvicorn.Server(config).serve()
