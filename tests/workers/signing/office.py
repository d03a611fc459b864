"""An agency for tests: its dossiers go through the real decisions, and its signer is a real process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from dossiers.db import audit, deciding, people, steps
from dossiers.db.engine import Db
from dossiers.db.tables import DossierRow
from dossiers.db.trust import AuditRow, OfficerRow, SigningIntentRow
from dossiers.decisions import Statement, make_statement
from dossiers.dossier import Decision, Role, State, Step, new_code
from dossiers.store import ObjectStore
from hoso.embedded import pki
from hoso.embedded.instance import Instance
from hoso.embedded.pki_architecture import PEOPLE
from hoso.wallet import sign_statement
from tests.conftest import database_settings

AGENCY = "H49.01"
WHO = {Step.APPRAISE: "canbo", Step.APPROVE: "lanhdao", Step.SIGN: "vanthu"}


@dataclass
class Office:
    instance: Instance
    database: str
    db: Db
    store: ObjectStore
    draft: bytes
    folder: Path
    officers: dict[str, uuid.UUID] = field(default_factory=dict)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        with self.db.transaction() as session:
            self.client = people.create_client(session, AGENCY, "tests").id
            for person in PEOPLE:
                self.officers[person.username] = people.create_officer(
                    session,
                    AGENCY,
                    person.username,
                    "not used here",
                    full_name=person.full_name,
                    position=person.position,
                    roles=[Role(person.role)],
                    certificate=pki.certificate_of(self.instance.home, person.username),
                )

    def close(self) -> None:
        for process in self.running:
            process.kill()
            process.wait(10)

    # -- dossiers and decisions ---------------------------------------------------------------------------------------

    def dossier(self) -> uuid.UUID:
        """A dossier that waits for its appraisal."""
        package = self.store.put_artifact(uuid.uuid4(), "package", os.urandom(64), "pdf", "application/pdf")
        now = datetime.now(UTC)
        row = DossierRow(
            id=uuid.uuid4(), code=new_code(AGENCY, now), agency=AGENCY, client_id=self.client, procedure="1.004222",
            step=Step.APPRAISE.value, state=State.WAITING.value, rank=1, max_attempts=3,
            deadline_at=now + timedelta(hours=1), package_key=package.key, package_sha256=package.sha256,
        )  # fmt: skip
        with self.db.transaction() as session:
            session.add(row)
        return row.id

    def statement(self, dossier: uuid.UUID, step: Step, username: str) -> Statement:
        with self.db.transaction() as session:
            row = session.get_one(DossierRow, dossier)
            _key, sha256 = deciding.document_of(row, step)
            return make_statement(
                dossier=row.code, agency=AGENCY, step=step.value, decision="accept", document_sha256=sha256,
                officer=str(self.officers[username]),
            )  # fmt: skip

    def sign(self, username: str, statement: bytes) -> bytes:
        p12, password = pki.wallet(self.instance.home, username)
        return sign_statement(p12, password.read_text(), statement)

    def decide(
        self, dossier: uuid.UUID, step: Step, *, statement: bytes | None = None, cms: bytes | None = None
    ) -> None:
        """Accept at a step, as the API records it; `statement` and `cms` let a test record something else."""
        username = WHO[step]
        said = statement or self.statement(dossier, step, username).to_bytes()
        signature = cms or self.sign(username, said)
        with self.db.transaction() as session:
            row = session.get_one(DossierRow, dossier)
            _key, sha256 = deciding.document_of(row, step)
            signed = deciding.SignedDecision(step, Decision.ACCEPT, "", said, signature, sha256)
            officer = session.get_one(OfficerRow, self.officers[username])
            deciding.decide(session, dossier, officer, signed, self.instance.settings("api").signing)

    def approved(self) -> uuid.UUID:
        """A dossier that was appraised, composed and approved: the leader's signature is intended."""
        dossier = self.appraised()
        self.decide(dossier, Step.APPROVE)
        return dossier

    def appraised(self) -> uuid.UUID:
        dossier = self.dossier()
        self.decide(dossier, Step.APPRAISE)
        stored = self.store.put_artifact(dossier, "draft", self.draft, "pdf", "application/pdf")
        with self.db.transaction() as session:
            row = steps.lock(session, dossier)
            row.draft_key, row.draft_sha256 = stored.key, stored.sha256
            steps.move(session, row, Step.APPROVE, State.WAITING)
        return dossier

    # -- what came of it ----------------------------------------------------------------------------------------------

    def row(self, dossier: uuid.UUID) -> DossierRow:
        with self.db.transaction() as session:
            return session.get_one(DossierRow, dossier)

    def intent(self, dossier: uuid.UUID, role: str) -> SigningIntentRow:
        with self.db.transaction() as session:
            found = select(SigningIntentRow).where(
                SigningIntentRow.dossier_id == dossier, SigningIntentRow.role == role
            )
            return session.scalars(found).one()

    def result(self, dossier: uuid.UUID) -> bytes:
        return self.store.get_artifact(self.row(dossier).result_key or "")

    def audited(self, dossier: uuid.UUID) -> list[tuple[str, dict[str, Any]]]:
        """(action, data) of the signer's audit lines of a dossier, in order; the chain is verified on the way."""
        code = self.row(dossier).code
        with self.db.transaction() as session:
            assert audit.verify(session).broken_at is None
            lines = session.scalars(select(AuditRow).where(AuditRow.dossier == code).order_by(AuditRow.seq)).all()
            return [(line.action, dict(line.data)) for line in lines if line.actor == "signer"]

    # -- the signer ---------------------------------------------------------------------------------------------------

    def start_signer(self, fault: str = "", **signing: Any) -> subprocess.Popen[bytes]:
        """Start the signer on this office's database; it kills itself at the point named `fault`."""
        config = yaml.safe_load(self.instance.config_file("signer").read_text())
        database = database_settings(self.instance, "signer", self.database)
        config["database"] = {"url": database.url, "password_file": str(database.password_file)}
        config["signing"] |= signing
        config["queue"] = {"poll_s": 0.2}
        file, faults = self.folder / "signer.yaml", self.folder / "fault"
        file.write_text(yaml.safe_dump(config))
        faults.write_text(fault)
        environment = os.environ | self.instance.environment("signer")
        environment |= {"HOSO_CONFIG": str(file), "HOSO_SIGNER_FAULT_FILE": str(faults)}
        log = (self.folder / "signer.log").open("ab")
        process = subprocess.Popen([sys.executable, "-m", "workers.signing"], env=environment, stdout=log, stderr=log)
        self.running.append(process)
        return process

    def wait(self, dossier: uuid.UUID, step: Step, state: State, timeout_s: float = 60) -> None:
        until = time.monotonic() + timeout_s
        while ((row := self.row(dossier)).step, row.state) != (step, state):
            if time.monotonic() > until:
                log = (self.folder / "signer.log").read_text()[-3000:]
                raise AssertionError(f"still {row.step}/{row.state} {row.reason}\n{log}")
            time.sleep(0.1)
