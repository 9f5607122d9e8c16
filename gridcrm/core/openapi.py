"""The document in which the API describes itself to programs."""

from litestar import Router
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from gridcrm import __version__
from gridcrm.core.policy import PUBLIC

_TOKEN = SecurityScheme(type="http", scheme="bearer")


def described() -> OpenAPIConfig:
    """Return how the document is made, and that a token opens what it describes."""
    return OpenAPIConfig(
        title="GridCRM",
        version=__version__,
        description="Every address takes `?branch=CODE`, for those who serve more than one branch.",
        path="/schema",
        render_plugins=[JsonRenderPlugin()],
        openapi_router=Router("/schema", route_handlers=[], opt=PUBLIC),
        components=Components(security_schemes={"token": _TOKEN}),
        security=[{"token": []}],
        use_handler_docstrings=True,
    )
