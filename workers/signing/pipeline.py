"""What happens to one signing intent, in order; each step that must survive a crash is committed before the next.

    approvals and certificate checked -> prepared PDF stored -> `signing` committed (write-ahead)
    -> the token signs -> CMS committed (`signed`) -> timestamp -> long-term data -> validated -> published

A retry that finds the CMS embeds it again: the token is not asked. A retry that finds `signing` without a CMS cannot
know whether the token answered; it says so in the audit log and signs the *same bytes* again. No document carries two
signatures of one role, because the field of a role exists once and what is published holds exactly the roles expected.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from config.catalogue import agencies
from config.settings import Signing
from dossiers.certificates import Trust
from dossiers.db import audit, steps
from dossiers.db.engine import Db
from dossiers.store import ObjectStore
from workers.signing import approvals, faults, finish, intents, signature
from workers.signing.appearance import Appearance
from workers.signing.approvals import Person
from workers.signing.authorities import Authorities, connected
from workers.signing.device import Token
from workers.signing.errors import (
    CertificateUnusable,
    DocumentMismatch,
    LeaderSignatureMissing,
    SigningError,
    StatusUnknown,
)
from workers.signing.intents import Job, Lease
from workers.signing.places import PLACES
from workers.signing.prepare import FIELDS as FIELD_OF_ROLE
from workers.signing.prepare import Prepared, embed, prepare, reopen
from workers.signing.validate import VALID, validate

ACTOR = "signer"
EXPECTED = {"leader": ["leader"], "seal": ["leader", "seal"]}
REASONS = {"leader": "Ký ban hành kết quả giải quyết hồ sơ", "seal": "Ký số của cơ quan, tổ chức"}


class DamagedResult(SigningError):
    """The finished document does not validate, so it is not published."""

    code = "signing.result_invalid"
    vi = "Kết quả sau khi ký không qua được kiểm tra nên không phát hành. Người vận hành hãy xem chi tiết."
    en = "The signed result did not validate, so it was not published. Operators: see the detail."


class TokenAnswerWrong(SigningError):
    """The token's signature does not fit the certificate of its key."""

    code = "signing.token_answer_wrong"
    vi = "Chữ ký của thiết bị không khớp chứng thư của khóa. Hãy kiểm tra cặp khóa và chứng thư."
    en = "The token's signature does not fit the key's certificate. Check that key and certificate belong together."


@dataclass(frozen=True, slots=True)
class Workshop:
    """What the pipeline works with, opened once by the process."""

    db: Db
    store: ObjectStore
    token: Token
    trust: Trust
    settings: Signing
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def certificate(self, key_label: str) -> asn1_x509.Certificate:
        """The certificate of a key of the token. Raises `CertificateUnusable`."""
        try:
            return self.trust.keys[key_label]
        except KeyError:
            raise CertificateUnusable(f"no certificate for the key {key_label}") from None


def work(shop: Workshop, lease: Lease) -> None:
    """Bring one intent to `published`. Raises what the caller turns into a retry or a failure."""
    asyncio.run(asyncio.wait_for(_work(shop, lease), shop.settings.timeout_s))


async def _work(shop: Workshop, lease: Lease) -> None:
    with shop.db.transaction() as session:
        job = intents.load(session, lease)
    async with connected(shop.trust, shop.settings.timestamp_url, shop.settings.timeout_s / 3) as authorities:
        if job.cms is None:
            prepared = await _admit(shop, job, authorities)
            cms = await _sign(shop, job, prepared)
        else:
            prepared, cms = reopen(_fetch(shop, job.prepared_key)), job.cms
        faults.point("stored")
        cms = await signature.add_timestamp(cms, authorities)
        with shop.db.transaction() as session:
            intents.hold(session, lease).cms = cms
        field = FIELD_OF_ROLE[job.role]
        result = await finish.add_validation_data(embed(prepared, cms), field, authorities)
    await _publish(shop, job, result)


async def _admit(shop: Workshop, job: Job, authorities: Authorities) -> Prepared:
    """Everything that must hold before the token is touched; then the prepared PDF, stored."""
    certificate = shop.certificate(job.key_label)
    leader = await approvals.verify(job.case, authorities)
    await authorities.check_status(certificate)
    if job.prepared_key is not None:
        return reopen(_fetch(shop, job.prepared_key))
    document = _fetch(shop, job.document_key)
    if hashlib.sha256(document).hexdigest() != job.case.document_sha256:
        raise DocumentMismatch("hash")
    if job.role == "seal":
        await _signed_by_leader(shop, job, document)
    look = _appearance(shop, job, leader)
    local = look.at.astimezone()
    prepared = await prepare(document, job.role, certificate, look, PLACES[job.role], local, REASONS[job.role])
    stored = shop.store.put_artifact(job.dossier_id, "signing", prepared.pdf, "pdf", "application/pdf")
    with shop.db.transaction() as session:
        intents.hold(session, job.lease).prepared_key = stored.key
    return prepared


async def _signed_by_leader(shop: Workshop, job: Job, document: bytes) -> None:
    """NĐ 30/2020 art. 32.2(d): a valid leader's signature, over the approved draft, and nothing else on the file."""
    draft = _fetch(shop, job.draft_key)
    if hashlib.sha256(draft).hexdigest() != job.case.draft_sha256 or not document.startswith(draft):
        raise LeaderSignatureMissing("not the approved draft")
    report = await validate(document, shop.trust)
    if report.verdict != VALID or [found.role for found in report.signatures] != EXPECTED["leader"]:
        raise LeaderSignatureMissing(report.verdict)


def _appearance(shop: Workshop, job: Job, leader: Person) -> Appearance:
    agency = agencies().get(job.case.agency)
    name = agency.name if agency else job.case.agency
    who = leader.full_name if job.role == "leader" else name
    return Appearance(job.role, who, leader.position, name, shop.now(), shop.settings.demo_pki)


async def _sign(shop: Workshop, job: Job, prepared: Prepared) -> bytes:
    """Write ahead, ask the token, check its answer, commit the CMS."""
    certificate = shop.certificate(job.key_label)
    attributes = await signature.signed_attributes(prepared.digest, certificate)
    attributes_sha256 = hashlib.sha256(attributes).hexdigest()
    with shop.db.transaction() as session:
        row = intents.hold(session, job.lease)
        # `signing` without a CMS: a former attempt may have had the token's answer and died. Say so, openly.
        action = "signature.repeated" if row.state == "signing" else "signature.intended"
        row.state = "signing"
        audit.append(
            session, ACTOR, action, job.case.dossier, attributes_sha256=attributes_sha256, **intents.values(row)
        )
    faults.point("before-token")
    value = shop.token.sign(job.key_label, attributes)
    faults.point("after-token")
    check_answer(certificate.dump(), attributes, value)
    cms = await signature.assemble(attributes, value, certificate, shop.trust.intermediates)
    with shop.db.transaction() as session:
        row = intents.hold(session, job.lease)
        row.cms, row.state, row.signed_at = cms, "signed", shop.now()
        data = intents.values(row) | {"signature_sha256": hashlib.sha256(value).hexdigest()}
        audit.append(session, ACTOR, "signature.made", job.case.dossier, attributes_sha256=attributes_sha256, **data)
    return cms


def check_answer(certificate: bytes, data: bytes, value: bytes) -> None:
    """Verify a signature of the token with the certificate (DER) of its key. Raises `TokenAnswerWrong`."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(value, data, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(value, data, ec.ECDSA(hashes.SHA256()))
        else:
            raise TokenAnswerWrong("key type")
    except InvalidSignature as error:
        raise TokenAnswerWrong("signature") from error


async def _publish(shop: Workshop, job: Job, result: bytes) -> None:
    report = await validate(result, shop.trust)
    roles = [found.role for found in report.signatures]
    if report.verdict != VALID:
        # At this very moment a fresh answer may still be missing from the document: that is worth another try.
        missing = {found.subindication for found in report.signatures} & {"TRY_LATER"}
        raise StatusUnknown("TRY_LATER") if missing else DamagedResult(report.verdict)
    if roles != EXPECTED[job.role]:
        raise DamagedResult(",".join(roles))
    stored = shop.store.put_artifact(job.dossier_id, "result", result, "pdf", "application/pdf")
    faults.point("before-publish")
    with shop.db.transaction() as session:
        row = intents.hold(session, job.lease)
        row.result_key, row.result_sha256, row.level = stored.key, stored.sha256, report.level
        row.state, row.lease_owner, row.lease_until = "published", None, None
        row.error_code = row.error_detail = None
        session.flush()
        steps.signed(session, row)
        data = intents.values(row) | {"result_sha256": stored.sha256, "level": report.level}
        audit.append(session, ACTOR, "signature.published", job.case.dossier, **data)
    faults.point("published")


def _fetch(shop: Workshop, key: str | None) -> bytes:
    if not key:
        raise DocumentMismatch("no document")
    return shop.store.get_artifact(key)
