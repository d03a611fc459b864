"""Operators' commands: `hoso audit verify`, `hoso client create`, `hoso officer create`, `hoso forms`.

They work on the database directly, as its owner: that of the instance at `--home`, or the one that `HOSO_CONFIG` names.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from dossiers.errors import Conflict, HosoError, InputError
from hoso.cli.common import DEFAULT_HOME, AgencyOption, HomeOption, JsonOption, emit, out
from hoso.cli.words import say
from hoso.operators import open_database

audit_commands = typer.Typer(no_args_is_help=True, help=say("The hash-chained audit log.", "Nhật ký kiểm toán."))
client_commands = typer.Typer(no_args_is_help=True, help=say("Client systems.", "Hệ thống kết nối."))
officer_commands = typer.Typer(no_args_is_help=True, help=say("Officers.", "Cán bộ."))


class AuditBroken(HosoError):
    """The chain does not hold: somebody changed the log."""

    code = "audit.broken"
    vi = "Nhật ký kiểm toán đã bị thay đổi. Hãy giữ nguyên hiện trạng và báo người phụ trách an toàn thông tin."
    en = "The audit log was altered. Keep everything as it is and tell whoever is responsible for security."


class UsernameTaken(Conflict):
    """Another officer has that name."""

    code = "officer.username_taken"
    vi = "Tên đăng nhập đã có người dùng. Hãy chọn tên khác."
    en = "The username is taken. Choose another."


def register(app: typer.Typer) -> None:
    audit_commands.command("verify", help=say("Walk the whole chain.", "Kiểm tra toàn bộ chuỗi."))(audit_verify)
    client_commands.command("create", help=say("Make a client and show its key once.", "Tạo khóa kết nối."))(
        client_create
    )
    client_commands.command("revoke", help=say("End a client's key at once.", "Thu hồi khóa ngay."))(client_revoke)
    officer_commands.command("create", help=say("Make an officer's account.", "Tạo tài khoản cán bộ."))(officer_create)
    app.add_typer(audit_commands, name="audit")
    app.add_typer(client_commands, name="client")
    app.add_typer(officer_commands, name="officer")
    app.command(help=say("List the forms that are understood, and the procedures.", "Danh mục mẫu đơn và thủ tục."))(
        forms
    )


def audit_verify(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    from dossiers.db import audit

    with open_database(home) as (db, _), db.transaction() as session:
        report = audit.verify(session)
    said = {"lines": report.lines, "broken_at": report.broken_at, "reason": report.reason, "head": report.head}
    if report.broken_at is not None:
        if as_json:
            emit(said, True)
        raise AuditBroken(f"{report.broken_at}: {report.reason}")
    emit(
        said, as_json, f"[green]✓[/] {report.lines} {say('lines hold; head', 'dòng toàn vẹn; đầu chuỗi')} {report.head}"
    )


def client_create(
    name: Annotated[str, typer.Argument(help=say("Name of the system", "Tên hệ thống"))],
    agency: AgencyOption = "",
    webhook: Annotated[str, typer.Option(help=say("Address for events", "Địa chỉ nhận sự kiện"))] = "",
    key_out: Annotated[
        Path | None, typer.Option("--key-out", help=say("Write the key to this new file (0600)", "Ghi khóa ra tệp"))
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    from dossiers.db import people

    with open_database(home) as (db, found), db.transaction() as session:
        made = people.create_client(session, agency or found.agency, name, webhook_url=webhook or None)
    said = {"client_id": str(made.id), "secret": made.secret, "webhook_secret": made.webhook_secret}
    if key_out:
        from hoso.embedded.token import write_secret

        write_secret(key_out, made.secret.encode())
        said["secret"] = str(key_out)
    table = Table.grid(padding=(0, 2))
    for key, value in said.items():
        table.add_row(key, value)
    table.add_row("", say("The secret is shown this once only.", "Khóa chỉ hiện một lần này."))
    emit(said, as_json, table)


def client_revoke(
    client_id: Annotated[uuid.UUID, typer.Argument(help=say("Id of the client", "Mã khách hàng"))],
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    from dossiers.db import people

    with open_database(home) as (db, _), db.transaction() as session:
        people.revoke_client(session, client_id)
    emit({"client_id": str(client_id), "revoked": True}, as_json, f"[green]✓[/] {client_id}")


def officer_create(
    username: Annotated[str, typer.Argument(help=say("Name for logging in", "Tên đăng nhập"))],
    full_name: Annotated[str, typer.Option("--name", help=say("Full name", "Họ và tên"))],
    position: Annotated[str, typer.Option(help=say("Office", "Chức vụ"))],
    role: Annotated[list[str], typer.Option(help="officer | leader | seal_keeper | operator | viewer")],
    certificate: Annotated[Path, typer.Option(help=say("Certificate that signs decisions (PEM)", "Chứng thư (PEM)"))],
    password_file: Annotated[
        Path | None, typer.Option(help=say("File with the password; default: ask", "Tệp chứa mật khẩu"))
    ] = None,
    agency: AgencyOption = "",
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    from sqlalchemy.exc import IntegrityError

    from dossiers.db import people
    from dossiers.dossier import Role

    try:
        roles = [Role(value) for value in role]
        pem = certificate.read_text(encoding="ascii")
    except (ValueError, OSError) as error:
        raise InputError(str(error)) from error
    if "BEGIN CERTIFICATE" not in pem:
        raise InputError(f"{certificate}: PEM")
    password = (
        password_file.read_text(encoding="utf-8").strip()
        if password_file
        else typer.prompt(say("Password", "Mật khẩu"), hide_input=True, confirmation_prompt=True)
    )
    with open_database(home) as (db, found):
        try:
            with db.transaction() as session:
                made = people.create_officer(
                    session,
                    agency or found.agency,
                    username,
                    password,
                    full_name=full_name,
                    position=position,
                    roles=roles,
                    certificate=pem,
                )
        except IntegrityError as error:
            raise UsernameTaken(username) from error
    emit({"officer": str(made), "username": username}, as_json, f"[green]✓[/] {username} {made}")


def forms(as_json: JsonOption = False) -> None:
    from config.catalogue import forms as all_forms
    from config.catalogue import procedures

    listed = [{"id": form.id, "name": form.title, "fields": len(form.fields)} for form in all_forms()]
    known = [{"code": p.code, "name": p.name_vi, "name_en": p.name_en} for p in procedures().values()]
    table = Table(title=say("Forms", "Mẫu giấy tờ"), title_justify="left")
    for column in ("id", say("title", "tên"), say("fields", "trường")):
        table.add_column(column)
    for form in listed:
        table.add_row(str(form["id"]), str(form["name"]), str(form["fields"]))
    emit({"forms": listed, "procedures": known}, as_json)
    if not as_json:
        codes = Table(title=say("Procedures (for --procedure)", "Thủ tục (cho --procedure)"), title_justify="left")
        codes.add_column("code")
        codes.add_column(say("name", "tên"))
        for procedure in known:
            codes.add_row(procedure["code"], say(procedure["name_en"], procedure["name"]))
        out.print(table, codes)
