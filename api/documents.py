"""The OpenAPI document: what FastAPI derives, with our problems in place of its own validation error."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from api.problems import MEDIA_TYPE, Problem, documented
from dossiers.errors import InputError


def install(app: FastAPI) -> None:
    """Make `app.openapi` give the corrected document."""
    derived = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = derived()
            schemas = document["components"]["schemas"]
            schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            ours = documented(InputError)[InputError.status]
            for entries in document["paths"].values():
                for operation in entries.values():
                    answer = operation["responses"].get("422")
                    if answer is not None and MEDIA_TYPE not in answer["content"]:
                        operation["responses"]["422"] = ours
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
