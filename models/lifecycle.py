"""From a file to the champion and back: register, examine, promote, roll back, and what is to read a page now.

Guarantees that bytes enter the store before the row that names them, that a promotion is judged on the bytes that the
store gives back, that no file is registered or judged that does not give what its role is asked for, and that champion,
audit line and the end of a shadow run are one transaction.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from dossiers.db import model_files, models, shadow
from dossiers.db.engine import Db
from dossiers.db.model_tables import ModelChampionRow, ModelVersionRow, ShadowRunRow
from dossiers.errors import Conflict, HosoError, InputError, NotFound
from dossiers.store import ObjectDamaged, ObjectStore
from models.charset import missing_letters
from models.engines import Hardware, Network, open_network
from models.evaluation.editions import pairs
from models.evaluation.result import SuiteResult, result_from_json
from models.promotion import Candidate, Verdict, judge, passed
from models.weights import Weights, registry

ROLES = ("recogniser", "detector")
"""What can be promoted. The orienter has no suite that would judge it."""
SHIPPED = "shipped"
_REFERENCE = Hardware(threads=1, engine="onnxruntime")


class ModelFileInvalid(InputError):
    """The file or what was said about it does not make a version; `detail` says what is missing or wrong."""

    code = "models.invalid"
    vi = (
        "Tệp hoặc thông tin đăng ký mô hình không hợp lệ. Hãy xem chi tiết: bổ sung tùy chọn còn thiếu, hoặc dùng tệp "
        "đúng vai trò."
    )
    en = (
        "The model file, or what was said about it, is not valid. See the detail: add the missing option, or give a "
        "file that fits the role."
    )


class GatesNotPassed(HosoError):
    """The candidate may not become champion; `detail` names the gates."""

    code = "models.gates"
    status = 409
    exit_code = 5
    vi = "Mô hình chưa qua các cổng kiểm tra nên không được đưa vào dùng. Hãy làm theo hướng dẫn ở từng cổng."
    en = "The model did not pass its gates and is not promoted. Each gate says what to do."


class AlreadyChampion(Conflict):
    """It is in use already."""

    code = "models.already_champion"
    vi = "Phiên bản này đang được dùng. `hoso models list` cho biết bản nào đang dùng."
    en = "This version is the champion already. `hoso models list` shows which one is in use."


@dataclass(frozen=True, slots=True)
class Known:
    """A version that can be champion: registered (`row`), or shipped (None)."""

    weights: Weights
    row: ModelVersionRow | None

    @property
    def identity(self) -> str:
        return self.weights.identity


@dataclass(frozen=True, slots=True)
class Challenger:
    """What reads `share` (0..1) of the pages after the champion, and in which shadow run that is counted."""

    run_id: int
    weights: Weights
    share: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """What reads a page that begins now."""

    detector: Weights
    recogniser: Weights
    challenger: Challenger | None

    @property
    def identities(self) -> dict[str, str]:
        """`name@version` by role."""
        return {"recogniser": self.recogniser.identity, "detector": self.detector.identity}


@dataclass(frozen=True, slots=True)
class Examined:
    """A candidate, the champion that it was judged against, and the verdicts."""

    known: Known
    champion: Known
    champion_row: ModelChampionRow | None
    verdicts: tuple[Verdict, ...]


def weights_of(row: ModelVersionRow) -> Weights:
    """The weights of a registered version."""
    file = f"{row.sha256}.onnx"
    return Weights(
        row.role, row.name, row.version, file, row.sha256, str(row.facts.get("licence", "")), "", row.object_key
    )


def choose(session: Session) -> Chosen:
    """The champions of both roles and the challenger, if there is one."""
    challenging = shadow.active(session, "recogniser")
    challenger = None
    if challenging:
        run, row = challenging
        challenger = Challenger(run.id, weights_of(row), run.share)
    detector, recogniser = (champion(session, role)[0].weights for role in ("detector", "recogniser"))
    return Chosen(detector, recogniser, challenger)


def champion(session: Session, role: str) -> tuple[Known, ModelChampionRow | None]:
    """The champion of `role`, and the row that made it so (None: nothing was ever promoted)."""
    found = models.champion_of(session, role)
    weights = weights_of(found.version) if found.version else registry()[role]
    return Known(weights, found.version), found.row


def find(session: Session, said: str, role: str | None = None) -> Known:
    """A version by what people call it: `name@version`, the version, the hash's beginning, `shipped`.

    Raises `NotFound` unless exactly one fits; the detail lists those that do.
    """
    if said == SHIPPED:
        return Known(registry()[role or "recogniser"], None)
    fits = [
        Known(weights, None)
        for weights in (registry()[one] for one in ROLES if role in (None, one))
        if said in (weights.identity, weights.version) or (len(said) >= 8 and weights.sha256.startswith(said))
    ]
    fits += [Known(weights_of(row), row) for row in models.find_versions(session, said, role)]
    if len(fits) != 1:
        raise NotFound(", ".join(f"{known.weights.role} {known.identity}" for known in fits) or said)
    return fits[0]


def results(session: Session, known: Known) -> list[SuiteResult]:
    """All results, oldest first."""
    return [result_from_json(held) for held in models.evaluations(session, known.weights.sha256)]


def register(
    db: Db, store: ObjectStore, file: Path, by: str, card: str = "", said: Mapping[str, str] | None = None
) -> ModelVersionRow:
    """Keep a weight file and what it says about itself.

    `said` (role, name, version, parent) goes before the file's own metadata. A charset that lacks letters is no
    error here: the version cannot be promoted, but it can be looked at. Raises `WeightsRejected` when no runtime can
    load the file, `ModelFileInvalid`, among others when it does not give what the role is asked for,
    `AlreadyRegistered`.
    """
    network = open_network(file, _REFERENCE)
    facts: dict[str, Any] = {**network.metadata, **{k: v for k, v in (said or {}).items() if v}}
    facts.setdefault("role", "recogniser" if "charset" in facts else "")
    if facts["role"] not in ROLES:
        raise ModelFileInvalid(f"--role: {' | '.join(ROLES)}")
    if facts["role"] == "recogniser" and not isinstance(charset_of(facts), tuple):
        raise ModelFileInvalid("a recogniser's file carries its charset (metadata `charset`)")
    _require_fit(network, facts["role"], file.name)
    lacking = [f"--{key}" for key in ("name", "version") if not facts.get(key)]
    if lacking:
        raise ModelFileInvalid(" ".join(lacking))
    data = file.read_bytes()
    shipped = registry()[facts["role"]]
    same_name = f"{facts['name']}@{facts['version']}" == shipped.identity
    if same_name or sha256(data).hexdigest() == shipped.sha256:
        raise models.AlreadyRegistered(f"{shipped.identity} ships with Hoso")
    stored = store.put_weights(facts["role"], data)
    row = ModelVersionRow(
        role=facts["role"],
        name=facts["name"],
        version=facts["version"],
        sha256=stored.sha256,
        object_key=stored.key,
        size=stored.size,
        card=card,
        facts=facts,
        parent=str(facts.get("parent", "")),
        created_by=by,
    )
    with db.transaction() as session:
        models.add_version(session, row)
    return row


def charset_of(facts: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The characters that a recogniser can write, from its metadata; None when it names none."""
    try:
        held = json.loads(facts["charset"])
    except (KeyError, ValueError):
        return None
    return tuple(held) if isinstance(held, list) and all(isinstance(sign, str) for sign in held) else None


def examine(db: Db, store: ObjectStore, known: Known) -> Examined:
    """Judge a version against its role's champion, on the bytes that the store gives. A recogniser is made to read.

    Raises `StoreUnavailable`, and `ModelFileInvalid` for what was registered before files were tried.
    """
    from models.promotion.letters import unwritten  # draws: no business of a dispatcher, which chooses here all day

    with db.transaction() as session:
        theirs, row = champion(session, known.weights.role)
        ours_measured, theirs_measured = results(session, known), results(session, theirs)
    network, size = _stored_network(store, known)
    charset, never = None, None
    if network is not None:
        _require_fit(network, known.weights.role, known.identity)
        if known.weights.role == "recogniser":
            charset = charset_of(network.metadata) or ()
            never = None if missing_letters(charset) else unwritten(network, charset)
    candidate = Candidate(
        role=known.weights.role,
        identity=known.identity,
        size=size,
        sha256=known.weights.sha256,
        stored_sha256=known.weights.sha256 if network is not None else "",
        charset=charset,
        unwritten=never,
        results=ours_measured,
    )
    return Examined(known, theirs, row, judge(candidate, theirs.identity, theirs_measured))


def _require_fit(network: Network, role: str, called: str) -> None:
    from models.promotion.fit import misfit

    if wrong := misfit(network, role, charset_of(network.metadata) or ()):
        raise ModelFileInvalid(f"{called}: {wrong}")


def _stored_network(store: ObjectStore, known: Known) -> tuple[Network | None, int]:
    """(what would be run, its bytes); None when the store has it no more, or damaged."""
    weights = known.weights
    if known.row is None:
        path = weights.path()
        return open_network(path, _REFERENCE), path.stat().st_size
    try:
        data = store.get_artifact(weights.key)
    except (ObjectDamaged, NotFound):
        return None, 0
    with tempfile.TemporaryDirectory(prefix="hoso-weights-") as folder:
        path = Path(folder) / weights.file
        path.write_bytes(data)
        return open_network(path, _REFERENCE), len(data)


def promote(db: Db, examined: Examined, by: str, reason: str = "") -> None:
    """Make it champion. `reason` forces the gates that can be forced, and is kept.

    Raises `GatesNotPassed`, `AlreadyChampion`, `ChampionMoved`, `FileRemoved`.
    """
    if examined.known.weights.sha256 == examined.champion.weights.sha256:
        raise AlreadyChampion(examined.known.identity)
    failed = [verdict.gate for verdict in examined.verdicts if not verdict.passed]
    if not passed(examined.verdicts, forced=bool(reason)):
        raise GatesNotPassed(", ".join(failed))
    before = examined.champion_row, examined.champion.identity
    with db.transaction() as session:
        known, why = examined.known, reason if failed else ""
        models.promote(session, known.weights.role, known.row, known.identity, before, by, why, failed)


def start_shadow(db: Db, known: Known, share: float, by: str) -> ShadowRunRow:
    """Let a registered recogniser read a share of the pages after the champion.

    Raises `ModelFileInvalid`, `FileRemoved`.
    """
    if known.row is None or known.weights.role != "recogniser":
        raise ModelFileInvalid("a challenger is a registered recogniser: both read the lines that one detector found")
    with db.transaction() as session:
        model_files.alone(session, known.weights.role)  # or a promotion could make the challenger champion meanwhile
        theirs, _ = champion(session, known.weights.role)
        if theirs.weights.sha256 == known.weights.sha256:
            raise ModelFileInvalid(f"{known.identity} is the champion")
        return shadow.start(session, known.row, theirs.identity, share, by)


def compare(ours: Sequence[SuiteResult], theirs: Sequence[SuiteResult]) -> list[tuple[SuiteResult, SuiteResult]]:
    """Pairs of results on the largest edition that both have of each suite, by the suite's name."""
    return pairs(ours, theirs)
