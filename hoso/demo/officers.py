"""The demonstration's officers, as a desk program would act for them: look, sign the statement, send it.

Their keys are in wallets (PKCS#12) on this side of the API; the server sees signatures only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from dossiers.dossier import Role
from hoso.client import Client
from hoso.embedded import accounts, instance, pki
from hoso.embedded.pki_architecture import PEOPLE
from hoso.wallet import sign_statement

STEP_OF = {Role.OFFICER: "appraise", Role.LEADER: "approve", Role.SEAL_KEEPER: "sign"}


class Officer:
    """One logged-in officer."""

    def __init__(self, home: Path, client: Client, account: accounts.OfficerAccount) -> None:
        self._client, self._account = client, account
        self._p12, self._password_file = pki.wallet(home, account.username)
        self.name = next(person.full_name for person in PEOPLE if person.username == account.username)
        client.log_in(account.username, account.password)

    def accept(self, code: str) -> None:
        """Decide "accept" at this officer's step, over exactly what lies there now."""
        step = STEP_OF[self._account.role]
        statement = self._client.statement(code, step)
        cms = sign_statement(self._p12, self._password_file.read_text().strip(), statement)
        self._client.decide(code, step, statement, cms)


@contextmanager
def at_work(home: Path) -> Iterator[dict[str, Officer]]:
    """The officers by the step at which they act."""
    at = instance.at(home)
    with ExitStack() as opened:
        yield {
            STEP_OF[account.role]: Officer(home, opened.enter_context(Client(at.address)), account)
            for account in accounts.demo_officers(at)
        }
