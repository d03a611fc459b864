"""The dossier's life: five steps, the machine's stages, and what ends it.

Steps are those of the administrative-procedure terms (Nghị định 61/2018/NĐ-CP, 118/2025/NĐ-CP): tiếp nhận,
thẩm định, phê duyệt, ký số, trả kết quả. A dossier is in exactly one step and one state; `TERMINAL` states
are final: the first one wins and nothing leaves it, except `FAILED`, from which an explicit retry goes on.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum


class Step(StrEnum):
    """Where the dossier stands for people."""

    RECEIVE = "receive"  # tiếp nhận
    APPRAISE = "appraise"  # thẩm định
    APPROVE = "approve"  # phê duyệt
    SIGN = "sign"  # ký số
    RETURN = "return"  # trả kết quả

    @property
    def vi(self) -> str:
        return {
            Step.RECEIVE: "Tiếp nhận",
            Step.APPRAISE: "Thẩm định",
            Step.APPROVE: "Phê duyệt",
            Step.SIGN: "Ký số",
            Step.RETURN: "Trả kết quả",
        }[self]

    @property
    def en(self) -> str:
        return {
            Step.RECEIVE: "Receive",
            Step.APPRAISE: "Appraise",
            Step.APPROVE: "Approve",
            Step.SIGN: "Sign",
            Step.RETURN: "Return",
        }[self]


class State(StrEnum):
    """Who has the ball: the machine, people, or nobody any more."""

    PROCESSING = "processing"
    WAITING = "waiting"  # for the person whom the step names
    COMPLETED = "completed"
    RETURNED = "returned"  # to the citizen with a reason (yêu cầu bổ sung)
    REJECTED = "rejected"  # with a reason (từ chối)
    CANCELLED = "cancelled"
    FAILED = "failed"  # the machine gave up: see findings; `retry` goes on from the failed stage


TERMINAL = frozenset({State.COMPLETED, State.RETURNED, State.REJECTED, State.CANCELLED, State.FAILED})


class Stage(StrEnum):
    """The machine's work, in order. Page stages run once per page, the others once per dossier."""

    INGEST = "ingest"
    RASTERISE = "rasterise"
    PREPARE = "prepare"
    READ = "read"
    UNDERSTAND = "understand"
    CHECK = "check"
    PACKAGE = "package"
    COMPOSE = "compose"  # after the appraisal: the package with corrected fields, and the draft of the result
    SIGN_LEADER = "sign-leader"
    SIGN_SEAL = "sign-seal"
    DELIVER = "deliver"

    @property
    def of_page(self) -> bool:
        return self in (Stage.RASTERISE, Stage.PREPARE, Stage.READ)


class RunState(StrEnum):
    """The life of one stage run (a row that is both progress and lease)."""

    PENDING = "pending"
    LEASED = "leased"
    DONE = "done"
    QUARANTINED = "quarantined"  # attempts used up, or the input is at fault: the dossier goes on and says so
    CANCELLED = "cancelled"


class Decision(StrEnum):
    """What a person may decide at a step."""

    ACCEPT = "accept"
    RETURN = "return"
    REJECT = "reject"


class Role(StrEnum):
    """What a client or a person may do. Clients submit and read; the others act on their agency's dossiers."""

    CLIENT = "client"
    OFFICER = "officer"  # cán bộ thẩm định
    LEADER = "leader"  # người có thẩm quyền ký
    SEAL_KEEPER = "seal_keeper"  # văn thư
    OPERATOR = "operator"  # vận hành
    VIEWER = "viewer"


def new_code(agency: str, now: datetime) -> str:
    """A dossier code of the portal's present form, `AGENCY-yyyymmdd-nnnnnnnn`; the last part is random, not a count,
    so that codes of one agency cannot be walked through."""
    return f"{agency}-{now:%Y%m%d}-{secrets.randbelow(10**8):08d}"
