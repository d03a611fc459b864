"""`hoso data`: sets of corrected lines, made, shown, fetched, taken in; a dossier's lines taken out of all of them.

Operators' commands, as those of `hoso audit`; `lines`, and `import` with `--out`, need nothing that runs.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from dossiers.errors import InputError
from hoso.cli.common import (
    DEFAULT_HOME,
    AgencyOption,
    HomeOption,
    JsonOption,
    NewFolderOption,
    PathsArgument,
    emit,
    err,
    refused_lines,
)
from hoso.cli.words import say
from hoso.operators import who

commands = typer.Typer(no_args_is_help=True, help=say("Data sets of corrected lines.", "Bộ dữ liệu từ dòng đã sửa."))

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help=say("Name of the set", "Tên bộ dữ liệu"))]
ReferenceArgument = Annotated[
    str,
    typer.Argument(metavar="NAME[@vN]", help=say("Newest version, NAME@v2, or a folder", "Tên bộ hoặc thư mục")),
]
PermissionOption = Annotated[
    str,
    typer.Option(
        help=say("Legal basis: whose consent or which act", "Căn cứ cho phép: sự đồng ý của ai hoặc văn bản nào")
    ),
]
DaysOption = Annotated[
    int | None, typer.Option("--max-days", min=1, help=say("Keep the set so long at most", "Lưu tối đa số ngày này"))
]


def register(app: typer.Typer) -> None:
    for name, command, english, vietnamese in (
        ("export", export, "Make a new version of a set from what officers corrected.", "Xuất bộ dữ liệu mới."),
        ("list", list_sets, "All versions of all sets.", "Danh sách bộ dữ liệu."),
        ("show", show, "What a set is: its card.", "Xem thẻ của bộ dữ liệu."),
        ("fetch", fetch_set, "Bring a set into a folder; every hash is checked.", "Lấy về thư mục, kiểm tra mã băm."),
        ("forget", forget, "Take a dossier's lines out of all sets, for good.", "Xóa dòng của một hồ sơ khỏi mọi bộ."),
        ("import", take_in, "A folder with labels.tsv becomes a set.", "Nhập thư mục có labels.tsv thành bộ dữ liệu."),
        ("lines", lines, "Cut pages into lines to correct: crops and labels.tsv.", "Cắt trang thành dòng để sửa."),
    ):
        commands.command(name, help=say(english, vietnamese))(command)
    app.add_typer(commands, name="data")


def export(
    name: NameArgument,
    permission: PermissionOption = "",
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help=say("Corrections from this day on (UTC)", "Từ ngày này (UTC)")),
    ] = None,
    agency: AgencyOption = "",
    max_days: DaysOption = None,
    mask_identities: Annotated[
        bool,
        typer.Option(
            "--mask-identities",
            help=say("Leave out lines with identity, phone and other long numbers", "Bỏ dòng có số định danh"),
        ),
    ] = False,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    from hoso.data_sets import shelf
    from models.datasets import gathered, stored

    stored.Order(name, permission, who(), 1)  # what was asked for is judged before anything is opened
    with shelf(home) as at:
        whose = agency or at.settings.agency
        order = stored.Order(name, permission, who(), at.days(max_days), whose, mask_identities)
        from_day = since.replace(tzinfo=UTC) if since else None
        gathering = gathered.gather(at.db, at.store, whose, from_day, mask=mask_identities)
        row = stored.export(at.db, at.store, order, gathering)
    _made(row, dict(gathering.skipped), as_json)


def _made(row: Any, skipped: dict[str, int], as_json: bool) -> None:
    said = {**_described(row), "skipped": skipped}
    shown = [
        f"[green]✓[/] {row.name}@v{row.version}: {row.lines} {say('lines, kept until', 'dòng, lưu đến')} {row.until}"
    ]
    shown += [f"[dim]{say('left out', 'bỏ qua')} {count}: {escape(why)}[/]" for why, count in sorted(skipped.items())]
    emit(said, as_json, "\n".join(shown))


def _described(row: Any) -> dict[str, Any]:
    return {
        "name": row.name,
        "version": row.version,
        "lines": row.lines,
        "agency": row.agency,
        "permission": row.permission,
        "until": row.until.isoformat(),
        "made_by": row.made_by,
        "made_at": row.made_at.isoformat(timespec="seconds"),
        "masked": row.masked,
        "digest": row.digest,
        "gone_at": row.gone_at.isoformat(timespec="seconds") if row.gone_at else None,
        "purged_at": row.purged_at.isoformat(timespec="seconds") if row.purged_at else None,
    }


def list_sets(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    from dossiers.db import data_sets
    from hoso.data_sets import shelf

    with shelf(home) as at, at.db.transaction() as session:
        rows = data_sets.listed(session)
    table = Table()
    for column in (say("set", "bộ"), say("lines", "dòng"), say("made", "ngày tạo"), say("kept until", "lưu đến"), ""):
        table.add_column(column)
    for row in rows:
        state = say("deleted", "đã xóa") if row.gone_at else say("masked", "đã lọc số định danh") if row.masked else ""
        table.add_row(f"{row.name}@v{row.version}", str(row.lines), f"{row.made_at:%Y-%m-%d}", str(row.until), state)
    emit([_described(row) for row in rows], as_json, table)


def show(reference: ReferenceArgument, home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    from dossiers.db import audit, data_sets
    from hoso.data_sets import shelf
    from models.datasets import folder, read_set, stored, written

    if Path(reference).is_dir():
        found = read_set(Path(reference))
        if (found.folder / folder.MANIFEST).is_file():
            manifest = folder.read_manifest(found.folder)
        else:
            counts = {"lines": len(found.lines), "train": len(found.part("train")), "test": len(found.part("test"))}
            said = {"name": found.name, "counts": counts, "digest": found.digest}
            emit(said, as_json, escape(f"{found.name}: {counts}"))
            return
    else:
        with shelf(home) as at:
            with at.db.transaction() as session:
                row = data_sets.find(session, *stored.split_reference(reference))
                audit.append(session, who(), "data_set.shown", name=row.name, version=row.version)
            manifest = stored.manifest_of(at.store, row)
    emit({key: value for key, value in manifest.items() if key != "files"}, as_json, escape(written.card(manifest)))


def fetch_set(
    reference: ReferenceArgument,
    out_dir: NewFolderOption,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    from hoso.data_sets import set_of
    from models.datasets import copy_set

    found = copy_set(Path(reference), out_dir) if Path(reference).is_dir() else set_of(reference, home, out_dir)
    said = {"set": found.identity, "lines": len(found.lines), "digest": found.digest, "out": str(out_dir)}
    shown = escape(f"{found.identity}: {len(found.lines)} {say('lines', 'dòng')} → {out_dir}")
    emit(said, as_json, f"[green]✓[/] {shown}")


def forget(
    code: Annotated[str, typer.Argument(help=say("Code of the dossier", "Mã hồ sơ"))],
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    from hoso.data_sets import shelf
    from models.datasets import erasure

    with shelf(home) as at:
        reduced = erasure.forget(at.db, at.store, code, who())
    said = [{"set": f"{r.name}@v{r.version}", "lines": r.lines, "crops": r.crops} for r in reduced]
    shown = [f"[green]✓[/] {entry['set']}: {entry['lines']} {say('lines removed', 'dòng đã xóa')}" for entry in said]
    shown.append(say("The dossier stays out of later sets.", "Hồ sơ này không vào các bộ dữ liệu sau."))
    emit({"code": code, "sets": said}, as_json, "\n".join(shown))


def take_in(
    source: Annotated[Path, typer.Argument(metavar="FOLDER", help=say("Images and labels.tsv", "Ảnh và labels.tsv"))],
    name: NameArgument,
    permission: PermissionOption = "",
    out_dir: Annotated[
        Path | None,
        typer.Option("--out", help=say("Write the set into this folder; nothing needs to run", "Ghi ra thư mục này")),
    ] = None,
    max_days: DaysOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    from hoso.data_sets import shelf
    from models.datasets import Facts, read_set, stored, write_set

    if not source.is_dir():
        raise InputError(str(source))
    if out_dir is not None:
        found = read_set(source)
        facts = Facts(permission.strip(), "", datetime.now(UTC).isoformat(timespec="seconds"), who())
        made = write_set(out_dir, stored.valid_name(name), 1, stored.new_lines(found), facts)
        counts = {"train": len(made.part("train")), "test": len(made.part("test"))}
        said = {"set": made.identity, "lines": len(made.lines), **counts, "digest": made.digest, "out": str(out_dir)}
        shown = f"{len(made.lines)} {say('lines', 'dòng')} ({counts['train']} train, {counts['test']} test)"
        emit(said, as_json, f"[green]✓[/] {made.identity}: {shown} → {escape(str(out_dir))}")
        return
    stored.Order(name, permission, who(), 1)
    with shelf(home) as at:
        row = stored.take_in(at.db, at.store, stored.Order(name, permission, who(), at.days(max_days)), source)
    _made(row, {}, as_json)


def lines(
    paths: PathsArgument,
    out_dir: NewFolderOption,
    most: Annotated[
        int, typer.Option("--most", min=0, help=say("Only the most doubtful so many; 0: all", "Chỉ lấy số dòng này"))
    ] = 0,
    as_json: JsonOption = False,
) -> None:
    import tempfile

    from rich.progress import track

    from config.settings import Settings
    from hoso.reading.crops import CropReader, ReadCrop, write_crops
    from hoso.reading.pages import list_pages
    from models.datasets import require_new
    from workers.formats.errors import FileError

    for path in paths:
        if not path.exists():
            raise InputError(str(path))
    require_new(out_dir)
    configured = Settings()
    with tempfile.TemporaryDirectory(prefix="hoso-lines-") as workdir:
        listing = list_pages(paths, configured.limits, Path(workdir))
        reader = CropReader(configured) if listing.pages else None
        found: list[ReadCrop] = []
        refused = [{"name": name, "vi": vi, "en": en} for name, vi, en in listing.refused]
        for page in track(listing.pages, say("reading", "đang đọc"), console=err, transient=True):
            try:
                found += reader.read(page) if reader else ()
            except FileError as error:
                refused.append({"name": page.name, "vi": error.vi, "en": error.en})
    # Where files were refused, the reasons say more than that nothing was read.
    written = write_crops(found, out_dir, most) if found or not refused else 0
    said = {
        "pages": len(listing.pages),
        "read": len(found),
        "written": written,
        "out": str(out_dir),
        "refused": refused,
    }
    table = out_dir / "labels.tsv"
    hint = say(
        f"Correct the second column of {table}, delete rows you did not check, then: hoso data import {out_dir} NAME",
        f"Sửa cột thứ hai của {table}, xóa các dòng chưa xem, rồi: hoso data import {out_dir} TÊN",
    )
    done = f"{written} {say('lines of', 'dòng từ')} {len(listing.pages)} {say('pages', 'trang')}"
    shown = [f"[green]✓[/] {done}", escape(hint)] if written else []
    shown += refused_lines(refused)
    shown += [] if written else [say("No line of text was read.", "Không đọc được dòng chữ nào.")]
    emit(said, as_json, "\n".join(shown))
    if refused:
        raise typer.Exit(InputError.exit_code)
