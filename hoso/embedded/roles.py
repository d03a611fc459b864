"""Which PostgreSQL role each kind of process uses, and how the roles get their passwords.

The migrations make the roles without login; here, on the embedded server, they get login and a password each, kept
in files that only the owner of the instance can read. In production the operator does the same with their own tools.
"""

from __future__ import annotations

from sqlalchemy import Engine, text

OWNER = "hoso"
ROLE_OF_KIND = {"owner": OWNER, "api": "hoso_api", "worker": "hoso_worker", "signer": "hoso_signer"}


def let_log_in(engine: Engine, passwords: dict[str, str]) -> None:
    """Give the roles (by name) login and these passwords; `engine` is of the owner."""
    with engine.begin() as connection:
        for role, password in passwords.items():
            # ALTER ROLE takes no parameters; both values come from our own alphabet, `format(%I, %L)` quotes them.
            statement = connection.scalar(
                text("SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', CAST(:role AS text), CAST(:password AS text))"),
                {"role": role, "password": password},
            )
            connection.execute(text(str(statement)))
