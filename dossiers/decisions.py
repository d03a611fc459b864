"""What a person signs when deciding: a statement in canonical bytes, and the check of its signature.

A statement says who decides what about which bytes (`document_sha256`) of which dossier, so that a signature can serve
no other document, step, dossier or agency. The bytes are JSON with sorted keys, no spaces, UTF-8 in NFC; `parse` takes
nothing else, so one meaning has one spelling. The signature is a detached CAdES (CMS) signature by the person's own
certificate (Luật Giao dịch điện tử 20/2023/QH15; Nghị định 30/2020/NĐ-CP art. 13).

The API checks it on receipt without asking anybody (`verify_statement`); the signer checks it again, itself, with the
certificate's revocation status, before it touches a key.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from asn1crypto import cms as asn1_cms
from pyhanko.sign.validation import async_validate_detached_cms
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

from dossiers.certificates import Trust, fingerprint, to_pem
from dossiers.errors import InputError

VERSION = "hoso.decision/1"
MAX_CMS_BYTES = 64 * 1024


class StatementInvalid(InputError):
    """The statement is not in its canonical form, or does not say what this decision needs."""

    code = "decision.statement_invalid"
    vi = "Nội dung quyết định được ký không đúng mẫu hoặc không khớp hồ sơ. Hãy lấy lại nội dung, ký và gửi lại."
    en = "The signed statement is malformed or does not match the dossier. Fetch it again, sign it and send it again."


class DecisionSignatureInvalid(InputError):
    """The signature does not fit the statement."""

    code = "decision.signature_invalid"
    vi = "Chữ ký trên quyết định không đúng. Hãy ký lại đúng nội dung bằng chứng thư cá nhân và gửi lại."
    en = "The signature on the decision is wrong. Sign exactly that statement with your own certificate and resend."


class DecisionSignerUntrusted(InputError):
    """The certificate is not from a trusted authority, has expired, or was revoked."""

    code = "decision.signer_untrusted"
    vi = "Chứng thư ký quyết định không được tin cậy, đã hết hạn hoặc bị thu hồi. Hãy dùng chứng thư còn hiệu lực."
    en = "The certificate that signed the decision is untrusted, expired or revoked. Use one that is valid."


@dataclass(frozen=True, slots=True)
class Statement:
    """One decision. `step`, `decision` are values of `Step` and `Decision`; `officer` is the officer's id; `at` in UTC.

    `nonce` makes two statements of the same content differ.
    """

    dossier: str
    agency: str
    step: str
    decision: str
    reason: str
    document_sha256: str
    officer: str
    at: str
    nonce: str
    version: str = VERSION

    def to_bytes(self) -> bytes:
        """The canonical bytes: what is signed and stored."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return unicodedata.normalize("NFC", text).encode()

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)


def make_statement(
    *, dossier: str, agency: str, step: str, decision: str, document_sha256: str, officer: str, reason: str = ""
) -> Statement:
    """A statement of now, to be signed."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    nonce = secrets.token_hex(16)
    return Statement(dossier, agency, step, decision, reason, document_sha256, officer, now, nonce)


def parse(statement: bytes) -> Statement:
    """The statement of canonical bytes. Raises `StatementInvalid` for any other bytes."""
    try:
        content: dict[str, Any] = json.loads(statement)
        parsed = Statement(**content)
        canonical = parsed.to_bytes() == statement and all(isinstance(value, str) for value in content.values())
        if not canonical or parsed.version != VERSION or parsed.moment.tzinfo is None:
            raise StatementInvalid("not canonical")
    except (ValueError, TypeError, UnicodeDecodeError) as error:
        raise StatementInvalid(type(error).__name__) from error
    return parsed


@dataclass(frozen=True, slots=True)
class SignerInfo:
    """Who signed: the certificate (PEM), its SHA-256 fingerprint and its subject's common name."""

    certificate: str
    fingerprint: str
    name: str


def verify_statement(statement: bytes, cms: bytes, trust: Trust, moment: datetime | None = None) -> SignerInfo:
    """Check a detached signature against the trusted roots at `moment` (now), without asking for revocation status.

    Callable from anywhere, also where an event loop runs. The caller compares `SignerInfo.fingerprint` with the
    officer's certificate. Raises `DecisionSignatureInvalid` or `DecisionSignerUntrusted`.
    """
    context = {
        "trust_roots": list(trust.roots),
        "other_certs": list(trust.intermediates),
        "allow_fetching": False,
        "revocation_mode": "soft-fail",
        "moment": moment,
    }

    def check() -> SignerInfo:
        return asyncio.run(verify_in_context(statement, cms, ValidationContext(**context)))

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return check()
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(check).result()


async def verify_in_context(statement: bytes, cms: bytes, context: ValidationContext) -> SignerInfo:
    """As `verify_statement`, in a validation context of the caller's (the signer's asks for revocation status)."""
    if len(cms) > MAX_CMS_BYTES:
        raise DecisionSignatureInvalid("the signature is too large")
    try:
        content = asn1_cms.ContentInfo.load(cms, strict=True)
        if content["content_type"].native != "signed_data" or len(content["content"]["signer_infos"]) != 1:
            raise DecisionSignatureInvalid("not a signature of one signer")
        if content["content"]["encap_content_info"]["content"].native is not None:
            raise DecisionSignatureInvalid("the signature must be detached")
        status = await async_validate_detached_cms(
            statement,
            content["content"],
            signer_validation_context=context,
            key_usage_settings=KeyUsageConstraints(key_usage={"digital_signature"}),
        )
    except DecisionSignatureInvalid:
        raise
    except Exception as error:  # a parser fed with anything may raise anything: all of it means "not a signature"
        raise DecisionSignatureInvalid(type(error).__name__) from error
    if not (status.intact and status.valid):
        raise DecisionSignatureInvalid("digest or signature does not match")
    if not status.trusted:
        raise DecisionSignerUntrusted(status.trust_problem_indic.name if status.trust_problem_indic else "")
    certificate = status.signing_cert
    name = certificate.subject.native.get("common_name", "")
    return SignerInfo(to_pem(certificate), fingerprint(certificate), str(name))
