"""Looking at a signed result as an outsider would: is each signature whole, trusted, timestamped, and provable later?

Validation is offline: only what the document carries and the trust anchors are used (ETSI EN 319 102-1 as pyHanko
implements it). At the present moment that is validation "with time" (clause 5.5), so a pass shows that the document
holds everything level B-LT promises.

At a later `moment` revocation data in the document is out of date by itself. It still proves that the certificates were
good, provided somebody shows that document *and data* existed while the data was fresh (proof of existence). That
somebody is the archive: object lock and the hash-chained audit log. `known_since` is the moment from which the archive
vouches (default: the latest signature timestamp); with it the past-signature validation of clause 5.6 is run. Without
any archive a B-LT document of the far future is INDETERMINATE by the standard, in every validator.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko.sign.validation.ades import (
    AdESBasicValidationResult,
    ades_with_time_validation,
    simulate_future_ades_lta_validation,
)
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.report.tools import generate_report
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy, RevocationCheckingRule
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from dossiers.certificates import Trust, fingerprint
from workers.signing.prepare import ROLE_OF_FIELD

VALID, INVALID, INDETERMINATE = "valid", "invalid", "indeterminate"


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """One signature. `indication` is of ETSI EN 319 102-1 (TOTAL-PASSED, TOTAL-FAILED, INDETERMINATE) with its
    `subindication`; `level` B-B, B-T or B-LT; `covers` entire_file, entire_revision or less; `changes` is what was
    added after it (none, lta_updates, form_filling, ..., other: not permitted)."""

    role: str
    field: str
    signer: str
    certificate_sha256: str
    level: str
    indication: str
    subindication: str
    intact: bool
    trusted: bool
    timestamp: str | None
    covers: str
    changes: str
    revocation: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """All signatures in the order they were made. `verdict` is `valid` only when every one passed."""

    verdict: str
    moment: str
    known_since: str | None
    signatures: tuple[SignatureReport, ...]

    @property
    def level(self) -> str:
        """The lowest level of all signatures."""
        order = ("", "B-B", "B-T", "B-LT")
        return min((s.level for s in self.signatures), key=order.index, default="")

    def to_json(self) -> dict[str, Any]:
        """For `validation.json`."""
        return asdict(self) | {"level": self.level}


def validate_result(
    pdf: bytes, trust: Trust, moment: datetime | None = None, known_since: datetime | None = None
) -> ValidationReport:
    """Validate every signature of a PDF, offline. Never raises for what the PDF holds: no signature is `invalid`."""
    return asyncio.run(validate(pdf, trust, moment, known_since))


async def validate(
    pdf: bytes, trust: Trust, moment: datetime | None = None, known_since: datetime | None = None
) -> ValidationReport:
    """As `validate_result`, inside an event loop."""
    at = moment or datetime.now(UTC)
    try:
        reader = PdfFileReader(BytesIO(pdf))
        signatures = list(reader.embedded_regular_signatures)
    except Exception:  # a parser fed with anything may raise anything
        return ValidationReport(INVALID, at.isoformat(), None, ())
    if moment is not None and known_since is None:
        known_since = max((time for s in signatures for time in _timestamps(s)), default=None)
    reports = tuple([await _report(found, reader, trust, at, moment and known_since) for found in signatures])
    indications = {report.indication for report in reports}
    if not reports or "TOTAL-FAILED" in indications:
        verdict = INVALID
    else:
        verdict = VALID if indications == {"TOTAL-PASSED"} else INDETERMINATE
    return ValidationReport(verdict, at.isoformat(), known_since.isoformat() if known_since else None, reports)


async def etsi_reports(pdf: bytes, trust: Trust) -> list[str]:
    """An ETSI TS 119 102-2 validation report (XML) for each signature, as of now."""
    reader = PdfFileReader(BytesIO(pdf))
    made = []
    for found in reader.embedded_regular_signatures:
        found.compute_integrity_info()
        result = await _with_time(found, reader, trust, datetime.now(UTC))
        if result.api_status is not None:
            made.append(str(generate_report(found, result)))
    return made


async def _report(found: Any, reader: Any, trust: Trust, at: datetime, known_since: datetime | None) -> SignatureReport:
    message = ""
    try:
        found.compute_integrity_info()
        if known_since is None:
            result = await _with_time(found, reader, trust, at)
        else:
            result = await simulate_future_ades_lta_validation(found, _spec(reader, trust), at, known_since)
    except Exception as error:  # what is broken beyond reporting is broken
        logging.getLogger(__name__).debug("validation failed", exc_info=error)
        return _broken(found, type(error).__name__)
    status = result.api_status
    integrity = found.summarise_integrity_info()
    changed = integrity.get("docmdp_ok") is False
    intact = bool(status and status.intact and status.valid) and not changed
    passed = str(result.ades_subindic.status.name) == "PASSED"
    failed = changed or not intact or result.ades_subindic.status.name == "FAILED"
    timestamp = next(iter(_timestamps(found)), None)
    level, indication = "B-T" if timestamp else "B-B", "INDETERMINATE"
    if failed:
        indication, message = "TOTAL-FAILED", str(result.failure_msg or "")
    elif passed:
        level, indication = "B-LT", "TOTAL-PASSED"
    else:
        message = str(result.failure_msg or "")
    return SignatureReport(
        role=ROLE_OF_FIELD.get(found.field_name, "other"),
        field=str(found.field_name),
        signer=str(found.signer_cert.subject.native.get("common_name", "")),
        certificate_sha256=fingerprint(found.signer_cert),
        level=level,
        indication=indication,
        subindication="" if passed and not failed else str(result.ades_subindic.name),
        intact=intact,
        trusted=passed,
        timestamp=timestamp.isoformat() if timestamp else None,
        covers=found.coverage.name.lower(),
        changes=_changes(integrity),
        revocation=tuple(_revocation(_dss(reader), found.signer_cert)),
        message=message,
    )


def _changes(integrity: dict[str, Any]) -> str:
    difference = integrity.get("diff_result")
    if difference is None:
        return "none"
    level = getattr(difference, "modification_level", None)
    return level.name.lower() if level is not None else "other"


def _broken(found: Any, message: str) -> SignatureReport:
    name = str(found.field_name)
    role = ROLE_OF_FIELD.get(name, "other")
    return SignatureReport(
        role, name, "", "", "", "TOTAL-FAILED", "FORMAT_FAILURE", False, False, None, "unclear", "other", (), message
    )


async def _with_time(found: Any, reader: Any, trust: Trust, at: datetime) -> AdESBasicValidationResult[Any]:
    timing = ValidationTimingInfo(validation_time=at, best_signature_time=at, point_in_time_validation=False)
    result: AdESBasicValidationResult[Any] = await ades_with_time_validation(
        signed_data=found.signed_data,
        validation_spec=_spec(reader, trust, _dss(reader)).signature_validation_spec,
        timing_info=timing,
        raw_digest=found.compute_digest(),
        extra_status_kwargs=found.summarise_integrity_info(),
        status_cls=PdfSignatureStatus,
    )
    return result


def _spec(reader: Any, trust: Trust, known: LocalKnowledge | None = None) -> PdfSignatureValidationSpec:
    declared = RevocationCheckingRule.CHECK_IF_DECLARED
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=list(trust.roots)),
        revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy(declared, declared)),
    )
    return PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=policy,
            revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
            local_knowledge=known or LocalKnowledge(known_certs=list(trust.intermediates)),
        )
    )


def _dss(reader: Any) -> LocalKnowledge:
    """What the document's security store knows."""
    from asn1crypto import crl, ocsp

    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return LocalKnowledge()
    responses = [ocsp.OCSPResponse.load(reference.get_object().data) for reference in store.ocsps]
    return LocalKnowledge(
        known_ocsps=[held for response in responses for held in OCSPContainer.load_multi(response)],
        known_crls=[CRLContainer(crl.CertificateList.load(reference.get_object().data)) for reference in store.crls],
        known_certs=list(store.load_certs()),
    )


def _revocation(known: LocalKnowledge, certificate: Any) -> Iterator[str]:
    """Which revocation data in the document speaks of this certificate, and since when."""
    for held in known.known_ocsps:
        single = held.extract_single_response()
        if single is not None and single["cert_id"]["serial_number"].native == certificate.serial_number:
            yield f"ocsp {single['cert_status'].name} {single['this_update'].native.isoformat(timespec='seconds')}"
    for listed in known.known_crls:
        if listed.crl_data.issuer == certificate.issuer and listed.issuance_date:
            yield f"crl {listed.issuance_date.isoformat(timespec='seconds')}"


def _timestamps(found: Any) -> Iterator[datetime]:
    for token in extract_tst_data_iter(found.signer_info, signed=False):
        yield token["encap_content_info"]["content"].parsed["gen_time"].native
