"""`hoso models show|compare`: what is known of a version, and two of them side by side."""

from __future__ import annotations

from dataclasses import asdict

from rich.markup import escape

from hoso.cli.common import DEFAULT_HOME, HomeOption, JsonOption, emit, out
from hoso.cli.models_views import RoleOption, VersionArgument, figures, gates, interval, table
from hoso.cli.words import say
from hoso.operators import open_database


def show(
    version: VersionArgument, role: RoleOption = "", home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False
) -> None:
    from dossiers.store import ObjectStore
    from models import lifecycle
    from models.evaluation.editions import newest
    from models.weights import HERE

    with open_database(home) as (db, found):
        with db.transaction() as session:
            known = lifecycle.find(session, version, role or None)
            results = newest(lifecycle.results(session, known))
        examined = lifecycle.examine(db, ObjectStore(found.store), known)
    card = known.row.card if known.row else (HERE / known.weights.card).read_text(encoding="utf-8")
    facts = {key: value for key, value in (known.row.facts if known.row else {}).items() if key != "charset"}
    value = {
        "role": known.weights.role,
        "model": known.identity,
        "sha256": known.weights.sha256,
        "facts": facts,
        "card": card,
        "results": [asdict(result) for result in results],
        "gates": [asdict(verdict) for verdict in examined.verdicts],
    }
    emit(value, as_json)
    if not as_json:
        out.print(f"[bold]{known.weights.role} {known.identity}[/] {known.weights.sha256}")
        for key, fact in facts.items():
            out.print(f"  {key}: {escape(str(fact))}")
        out.print(escape(card))
        out.print(figures(results))
        out.print(say(f"gates against {examined.champion.identity}", f"các cổng so với {examined.champion.identity}"))
        out.print(gates(examined.verdicts))


def compare(
    one: VersionArgument,
    other: VersionArgument,
    role: RoleOption = "",
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    from models import lifecycle

    with open_database(home) as (db, _), db.transaction() as session:
        first, second = (lifecycle.find(session, said, role or None) for said in (one, other))
        pairs = lifecycle.compare(lifecycle.results(session, first), lifecycle.results(session, second))
    shown = table(say("suite", "bộ đo"), f"CER % {first.identity}", f"CER % {second.identity}", "WER %",
                   say("exact %", "đúng %"), say("lines/s", "dòng/s"), "MiB", say("better", "tốt hơn"))  # fmt: skip
    value = []
    for a, b in pairs:
        # Better means: beyond the other's interval, as the gates judge it.
        better = first.identity if a.cer.value < b.cer.low else second.identity if b.cer.value < a.cer.low else ""
        value.append({"suite": a.suite, "a": asdict(a), "b": asdict(b), "better": better})
        same = a.beside(b)
        shown.add_row(
            a.suite, interval(a.cer), interval(b.cer), f"{a.wer.value * 100:.2f} : {b.wer.value * 100:.2f}",
            f"{a.exact.value * 100:.1f} : {b.exact.value * 100:.1f}",
            f"{a.lines_per_second:.1f} : {b.lines_per_second:.1f}" if same else "–",
            f"{a.peak_mib:.0f} : {b.peak_mib:.0f}" if same else "–",
            better or say("no difference", "không khác biệt"),
        )  # fmt: skip
    command = f"hoso evaluate {first.identity} --against {second.identity} --store"
    nothing = say(f"no suite in common: run `{command}`", f"chưa có bộ đo chung: hãy chạy `{command}`")
    emit(value, as_json, shown if pairs else f"[yellow]{nothing}[/]")
