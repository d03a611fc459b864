"""May this be signed? The signer's own look at the decisions on record, trusting no other process's word.

- Leader's signature: the package was appraised by an officer, the draft approved by a leader, and the two are
  different persons (four eyes). The approval names the very bytes that are to be signed.
- Seal (Nghị định 30/2020/NĐ-CP art. 32.2): all of the above, a valid leader's signature on the document, which is
  the approved draft and nothing else before it, and the seal keeper's own release of these bytes: never unattended.

Each decision counts only with its signature: over the canonical statement, by the certificate that the officers' table
holds for that officer, which is trusted and not revoked now.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from dossiers.certificates import fingerprint, load_pem
from dossiers.decisions import DecisionSignatureInvalid, DecisionSignerUntrusted, parse, verify_in_context
from dossiers.decisions import StatementInvalid as MalformedStatement
from dossiers.dossier import Decision, Role, Step
from workers.signing.authorities import Authorities
from workers.signing.errors import ApprovalInvalid, CertificateRevoked, CertificateUnusable


@dataclass(frozen=True, slots=True)
class Person:
    """An officer as the signer reads it: who, of which agency, what they may do, their certificate (PEM)."""

    id: uuid.UUID
    agency: str
    full_name: str
    position: str
    roles: tuple[str, ...]
    certificate: str
    disabled: bool


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """A row of `approvals` with the officer who decided."""

    step: str
    decision: str
    document_sha256: str
    statement: bytes
    cms: bytes
    person: Person


@dataclass(frozen=True, slots=True)
class Case:
    """What a signature is asked for: the dossier, the bytes, and every decision, oldest first."""

    dossier: str
    agency: str
    role: str
    document_sha256: str
    package_sha256: str
    draft_sha256: str
    decisions: tuple[RecordedDecision, ...]

    def latest(self, step: Step) -> RecordedDecision:
        """The decision in force at a step: the latest one. Raises `ApprovalInvalid` unless it accepts."""
        found = [decision for decision in self.decisions if decision.step == step]
        if not found or found[-1].decision != Decision.ACCEPT:
            raise ApprovalInvalid(f"{step.value}: not accepted")
        return found[-1]


async def verify(case: Case, authorities: Authorities) -> Person:
    """Check every decision that this signature needs; returns the leader who approved.

    Raises `ApprovalInvalid`, or `StatusUnknown` (retryable) when a certificate's status cannot be learnt now.
    """
    appraisal, approval = case.latest(Step.APPRAISE), case.latest(Step.APPROVE)
    needed = [
        (appraisal, Role.OFFICER, case.package_sha256),
        (approval, Role.LEADER, case.draft_sha256),
    ]
    if case.role == "seal":
        needed.append((case.latest(Step.SIGN), Role.SEAL_KEEPER, case.document_sha256))
    elif case.document_sha256 != case.draft_sha256:
        raise ApprovalInvalid("approve: of another document")
    _four_eyes(appraisal.person, approval.person)
    for decision, role, sha256 in needed:
        _check_record(case, decision, role, sha256)
    for decision, _role, _sha256 in needed:
        await _check_signature(decision, authorities)
    return approval.person


def _four_eyes(appraiser: Person, approver: Person) -> None:
    certificates = {_fingerprint_of(person.certificate) for person in (appraiser, approver)}
    if appraiser.id == approver.id or len(certificates) != 2:
        raise ApprovalInvalid("four eyes: one person appraised and approved")


def _check_record(case: Case, decision: RecordedDecision, role: Role, sha256: str) -> None:
    person = decision.person
    try:
        said = parse(decision.statement)
    except MalformedStatement as error:
        raise ApprovalInvalid(f"{decision.step}: statement") from error
    wrong: Iterable[str] = (
        name
        for name, holds in {
            "dossier": said.dossier == case.dossier,
            "agency": said.agency == case.agency == person.agency,
            "step": said.step == decision.step,
            "decision": said.decision == Decision.ACCEPT == decision.decision,
            "document": said.document_sha256 == decision.document_sha256 == sha256,
            "officer": said.officer == str(person.id),
            "role": role.value in person.roles,
            "disabled": not person.disabled,
        }.items()
        if not holds
    )
    if first := next(iter(wrong), None):
        raise ApprovalInvalid(f"{decision.step}: {first}")


async def _check_signature(decision: RecordedDecision, authorities: Authorities) -> None:
    certificate = load_pem(decision.person.certificate.encode())
    try:
        context = await authorities.check_status(certificate)
        signer = await verify_in_context(decision.statement, decision.cms, context)
    except (CertificateRevoked, CertificateUnusable, DecisionSignatureInvalid, DecisionSignerUntrusted) as error:
        raise ApprovalInvalid(f"{decision.step}: {error.code}") from error
    if signer.fingerprint != fingerprint(certificate):
        raise ApprovalInvalid(f"{decision.step}: signed by another certificate")


def _fingerprint_of(pem: str) -> str:
    return fingerprint(load_pem(pem.encode()))
