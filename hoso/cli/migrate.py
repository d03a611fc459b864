"""`hoso migrate`: database and buckets as this release knows them. (`hoso up` does it for an embedded instance.)"""

from __future__ import annotations

import typer

from config.settings import settings
from dossiers.errors import InputError
from hoso.cli.common import JsonOption, emit
from hoso.cli.words import say


class NoDatabase(InputError):
    """Neither a settings file nor the environment names a database."""

    code = "migrate.no_database"
    vi = "Chưa chỉ ra cơ sở dữ liệu. Hãy đặt HOSO_CONFIG hoặc HOSO_DATABASE__URL rồi chạy lại."
    en = "No database is named. Set HOSO_CONFIG or HOSO_DATABASE__URL and run it again."


def register(app: typer.Typer) -> None:
    app.command(
        help=say(
            "Bring database and buckets up to date, as the owner of the schema. Safe to run twice.",
            "Cập nhật cơ sở dữ liệu và kho lưu trữ, bằng tài khoản chủ sở hữu. Chạy lại không sao.",
        )
    )(migrate)


def migrate(as_json: JsonOption = False) -> None:
    from dossiers.db import migrate as migrations
    from dossiers.db.engine import open_engine
    from dossiers.store import ObjectStore

    found = settings()
    if not found.database.url:
        raise NoDatabase()
    engine = open_engine(found.database, "migrate")
    try:
        was_present = migrations.present(engine)
        migrations.upgrade(engine)
    finally:
        engine.dispose()
    ObjectStore(found.store).ensure_buckets()
    said = {"schema": "present" if was_present else "migrated", "buckets": "present"}
    emit(said, as_json, f"[green]✓[/] {say('database and buckets are up to date', 'đã cập nhật')}")
