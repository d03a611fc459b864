"""A running demonstration PKI, the SoftHSM token, a draft as the flow composes it, and an office that decides."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from config.settings import Signing
from dossiers.certificates import Trust
from dossiers.db.engine import Db
from dossiers.store import ObjectStore
from hoso.embedded import parts, pki
from hoso.embedded import token as softhsm
from hoso.embedded.instance import Instance
from tests.conftest import database_settings
from tests.workers.signing.office import Office
from workers.pdfa.decision_page import DecisionPage, decision_page
from workers.signing.device import Token


@pytest.fixture(scope="session")
def authority(instance: Instance) -> Iterator[Instance]:
    """The instance with its OCSP, CRL and timestamp services answering."""
    server = subprocess.Popen([sys.executable, "-m", "hoso.embedded.pki", "serve", "--home", str(instance.home)])
    host, port = pki.address(instance.home)

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://{host}:{port}/healthz", timeout=1):
                return True
        except OSError:
            return False

    parts.wait_until(answers, server, "pki", 30)
    yield instance
    server.terminate()
    server.wait(10)


@pytest.fixture(scope="session")
def trust(instance: Instance) -> Trust:
    return Trust.load(pki.trust_folder(instance.home))


@pytest.fixture(scope="session")
def signing(instance: Instance) -> Signing:
    return instance.settings("signer").signing


@pytest.fixture(scope="session")
def token(instance: Instance) -> Iterator[Token]:
    """The real token, in this process."""
    os.environ.update(softhsm.environment(instance.home))
    opened = Token(softhsm.module(), softhsm.TOKEN_LABEL, softhsm.pin_file(instance.home).read_text)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def draft() -> bytes:
    """The front of a result, as the flow composes it."""
    return decision_page(
        DecisionPage(
            parent_agency="",
            agency="ỦY BAN NHÂN DÂN PHƯỜNG AN HÒA",
            number="15",
            symbol="GXN-UBND",
            place="An Hòa",
            date=date(2026, 11, 24),
            code="H49.01-20261124-00000001",
            procedure="Xác nhận thông tin về cư trú",
            applicant="Nguyễn Văn Thử",
            decision="Đồng ý xác nhận thông tin cư trú theo đề nghị.",
            fields=(("Họ và tên", "Nguyễn Văn Thử"), ("Nơi thường trú", "Phường An Hòa")),
            package_sha256="ab" * 32,
            recipients=("Như người nộp hồ sơ", "Lưu: VT, UBND"),
            authority="TM. ỦY BAN NHÂN DÂN",
            position="CHỦ TỊCH",
            leader="Trần Thị Minh Nguyệt",
            created=datetime(2026, 11, 24, tzinfo=UTC),
        )
    )


@pytest.fixture
def office(
    authority: Instance, own_database: str, store: ObjectStore, draft: bytes, tmp_path: Path
) -> Iterator[Office]:
    """An agency with its own database, whose officers decide and whose signer can be started and killed."""
    db = Db.open(database_settings(authority, "owner", own_database), "tests")
    made = Office(authority, own_database, db, store, draft, tmp_path)
    yield made
    made.close()
    db.close()
