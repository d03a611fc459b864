"""Rows as the schemas show them. Everything is read from the database: any replica gives the same answer."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.schemas.dossier import (
    DossierSummary,
    DossierView,
    FileView,
    FindingView,
    PageProgress,
    Progress,
    StageView,
    StepView,
)
from config.catalogue import procedures
from dossiers.db.tables import DossierRow, FieldRow, FindingRow, PageRow, StageRunRow
from dossiers.db.trust import ApprovalRow, OfficerRow
from dossiers.dossier import TERMINAL, Decision, RunState, Stage, State, Step
from dossiers.errors import NotFound

_SHOWN = {
    RunState.PENDING: "waiting",
    RunState.LEASED: "running",
    RunState.DONE: "done",
    RunState.QUARANTINED: "quarantined",
    RunState.CANCELLED: "cancelled",
}
_PAGE_STAGES = [stage for stage in Stage if stage.of_page]
_AFTER_PAGES = [Stage.UNDERSTAND, Stage.CHECK, Stage.PACKAGE]


def dossier_of(session: Session, agency: str, code: str) -> DossierRow:
    """The agency's dossier. Raises `NotFound` also for another agency's: from outside the two are the same."""
    row = session.scalars(select(DossierRow).where(DossierRow.code == code, DossierRow.agency == agency)).first()
    if row is None:
        raise NotFound()
    return row


def procedure_name(code: str) -> str:
    found = procedures().get(code)
    return found.name_vi if found else code


def fraction_of(dossier: DossierRow, done: int, pages: int) -> float:
    """How much of the machine's reading is done, 0..1: ingest, three stages a page, three stages after the pages."""
    if dossier.step != Step.RECEIVE or dossier.state in (State.COMPLETED, State.WAITING):
        return 1.0
    total = 1 + max(pages, 1) * len(_PAGE_STAGES) + len(_AFTER_PAGES)
    return min(0.99, round(done / total, 3))


def summaries(session: Session, rows: Sequence[DossierRow]) -> list[DossierSummary]:
    """Rows of a list, in three queries whatever their number."""
    ids = [row.id for row in rows]
    pages = _count(session, select(PageRow.dossier_id, func.count()).where(PageRow.dossier_id.in_(ids)), PageRow)
    doubts = _count(
        session,
        select(FieldRow.dossier_id, func.count()).where(FieldRow.dossier_id.in_(ids), FieldRow.in_doubt),
        FieldRow,
    )
    settled = (RunState.DONE.value, RunState.QUARANTINED.value)
    done = _count(
        session,
        select(StageRunRow.dossier_id, func.count()).where(
            StageRunRow.dossier_id.in_(ids), StageRunRow.state.in_(settled)
        ),
        StageRunRow,
    )
    return [_summary(row, pages[row.id], done[row.id], doubts[row.id]) for row in rows]


def _count(
    session: Session, query: object, table: type[PageRow] | type[FieldRow] | type[StageRunRow]
) -> Counter[uuid.UUID]:
    return Counter(dict(session.execute(query.group_by(table.dossier_id)).all()))  # type: ignore[attr-defined]


def _summary(row: DossierRow, pages: int, done: int, doubts: int) -> DossierSummary:
    return DossierSummary(
        code=row.code,
        procedure=row.procedure,
        procedure_name=procedure_name(row.procedure),
        reference=row.reference,
        priority=row.priority,
        step=row.step,
        state=row.state,
        reason=row.reason,
        created_at=row.created_at,
        updated_at=row.updated_at,
        due_at=row.due_at,
        finished_at=row.finished_at,
        pages=pages,
        fraction=fraction_of(row, done, pages),
        in_doubt=doubts,
    )


def full(session: Session, row: DossierRow) -> DossierView:
    """One dossier with everything but fields and lines."""
    runs = session.scalars(select(StageRunRow).where(StageRunRow.dossier_id == row.id)).all()
    progress = _progress(row, runs, [page.number for page in row.pages])
    doubts = session.scalar(
        select(func.count()).select_from(FieldRow).where(FieldRow.dossier_id == row.id, FieldRow.in_doubt)
    )
    done = sum(run.state in (RunState.DONE, RunState.QUARANTINED) for run in runs)
    findings = session.scalars(select(FindingRow).where(FindingRow.dossier_id == row.id).order_by(FindingRow.id))
    summary = _summary(row, progress.pages, done, doubts or 0)
    return DossierView(
        **summary.model_dump(),
        agency=row.agency,
        version=row.version,
        deadline_at=row.deadline_at,
        expires_at=row.expires_at,
        steps=steps_of(session, row, runs),
        progress=progress,
        files=[
            FileView(
                ordinal=file.ordinal,
                parent=file.parent,
                name=file.name,
                sha256=file.sha256,
                size=file.size,
                media_type=file.media_type,
                pages=file.pages,
                error=file.error,
                signatures=file.signature_report,
            )
            for file in row.files
        ],
        findings=[
            FindingView(
                code=found.code,
                severity=found.severity,
                stage=found.stage,
                vi=found.vi,
                en=found.en,
                file=found.file,
                page=found.page,
                document=found.document,
                field=found.field,
            )
            for found in findings
        ],
    )


def _progress(row: DossierRow, runs: Sequence[StageRunRow], numbers: Sequence[int]) -> Progress:
    by_stage: dict[str, Counter[str]] = defaultdict(Counter)
    by_page: dict[int, dict[str, StageRunRow]] = defaultdict(dict)
    for run in runs:
        by_stage[run.stage][run.state] += 1
        if run.page is not None:
            by_page[run.page][run.stage] = run
    stages = [
        StageView(
            stage=stage.value,
            total=sum(by_stage[stage.value].values()),
            done=by_stage[stage.value][RunState.DONE],
            running=by_stage[stage.value][RunState.LEASED],
            waiting=by_stage[stage.value][RunState.PENDING],
            quarantined=by_stage[stage.value][RunState.QUARANTINED],
        )
        for stage in Stage
        if stage.value in by_stage
    ]
    pages = [_page(number, by_page[number]) for number in numbers]
    settled = [page for page in pages if page.state == "quarantined" or (page.stage, page.state) == ("read", "done")]
    done = sum(run.state in (RunState.DONE, RunState.QUARANTINED) for run in runs)
    return Progress(
        fraction=fraction_of(row, done, len(pages)),
        pages=len(pages),
        pages_done=len(settled),
        seconds=round(sum(run.seconds or 0 for run in runs), 2),
        stages=stages,
        by_page=pages,
    )


def _page(number: int, runs: dict[str, StageRunRow]) -> PageProgress:
    reached = [runs[stage.value] for stage in _PAGE_STAGES if stage.value in runs]
    if not reached:
        return PageProgress(number=number, stage=_PAGE_STAGES[0].value, state="waiting")
    run = reached[-1]
    shown = _SHOWN[RunState(run.state)]
    return PageProgress(number=number, stage=run.stage, state=shown, attempt=run.attempt, error=run.error_code)


def steps_of(session: Session, row: DossierRow, runs: Sequence[StageRunRow]) -> list[StepView]:
    """The five steps with who and when. A step that was decided again shows its last decision."""
    decided: dict[str, tuple[ApprovalRow | None, str]] = {}
    query = select(ApprovalRow, OfficerRow).join(OfficerRow, OfficerRow.id == ApprovalRow.officer_id)
    for decision, officer in session.execute(query.where(ApprovalRow.dossier_id == row.id).order_by(ApprovalRow.at)):
        decided[decision.step] = (decision, f"{officer.full_name}, {officer.position}")
    order = list(Step)
    at = order.index(Step(row.step))
    packaged = next((run.finished_at for run in runs if run.stage == Stage.PACKAGE), None)
    views = []
    for position, step in enumerate(order):
        approval, who = decided.get(step.value, (None, ""))
        state = "done" if position < at or row.state == State.COMPLETED else "current" if position == at else "pending"
        if position == at and row.state in TERMINAL and row.state != State.COMPLETED:
            state = row.state
        if state == "pending" or (state == "current" and approval and approval.decision != Decision.ACCEPT):
            approval, who = None, ""
        when = approval.at if approval else None
        if step is Step.RECEIVE:
            when = packaged or row.created_at
        if step is Step.RETURN and row.state == State.COMPLETED:
            when = row.finished_at
        views.append(
            StepView(
                step=step.value,
                vi=step.vi,
                en=step.en,
                state=state,
                who=who,
                decision=approval.decision if approval else "",
                at=when,
            )
        )
    return views
