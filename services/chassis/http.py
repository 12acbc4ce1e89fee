"""The HTTP side that every service starts with: its description at `/docs`, and failures told as problems."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from services.chassis.problems import install


def application(name: str) -> FastAPI:
    """An application whose pages ask nothing of other sites: `/docs` works without a network, and nobody else hears who reads it."""
    app = FastAPIOffline(title=f"Daybook {name}", version="1", redoc_url=None, swagger_ui_parameters={"validatorUrl": None})
    install(app)
    return app
