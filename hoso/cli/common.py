"""What all commands share: options, output for people or machines, and where the API and its key come from."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.errors import MarkupError
from rich.markup import escape
from rich.text import Text

from dossiers.errors import HosoError
from hoso.cli.words import LANGUAGE, say
from hoso.client import Client
from hoso.embedded import accounts, instance, state
from hoso.embedded.errors import NotRunning

DEFAULT_HOME = Path(".hoso")
ENDED_WITHOUT_RESULT = 7

WIDE = 140  # where nobody's window limits it (a file, a pipe, continuous integration)
_STYLE = re.compile(r"/|(bold|dim|bold (red|green)|red|green|yellow|cyan)|link=https?://.*")
_BRACKETS = re.compile(r"(\\*)\[([a-z#/@][^[]*?)\]")  # what rich takes for a tag


class _Console(Console):
    """Knows the styles of the commands and no others: brackets in names of files and in texts stay what they are.

    A value that may hold one of the very styles is escaped where it is put in (`rich.markup.escape`).
    """

    def render_str(self, text: str, **options: Any) -> Text:
        try:
            return super().render_str(_BRACKETS.sub(_kept, text), **options)
        except MarkupError:
            return Text(text)


def _kept(found: re.Match[str]) -> str:
    slashes, inside = found.groups()
    if len(slashes) % 2 or _STYLE.fullmatch(inside):  # escaped already, or a style
        return found[0]
    return f"{slashes * 2}\\[{inside}]"


out = _Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else WIDE)
err = _Console(stderr=True, highlight=False, emoji=False, width=None if sys.stderr.isatty() else WIDE)

HomeOption = Annotated[
    Path,
    typer.Option("--home", envvar="HOSO_HOME", help=say("Folder of the embedded instance", "Thư mục của phiên bản")),
]
JsonOption = Annotated[bool, typer.Option("--json", help=say("Print JSON for machines", "In JSON cho máy đọc"))]
ApiOption = Annotated[
    str,
    typer.Option("--api", envvar="HOSO_API", help=say("Address of the API; default: the instance's", "Địa chỉ API")),
]
KeyOption = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        envvar="HOSO_API_KEY_FILE",
        help=say("File with the API key; default: the demo client's", "Tệp chứa khóa API"),
    ),
]
PathsArgument = Annotated[
    list[Path], typer.Argument(metavar="PATH...", help=say("Files or folders", "Tệp hoặc thư mục"))
]
NewFolderOption = Annotated[Path, typer.Option("--out", help=say("New folder for the result", "Thư mục mới"))]
ThreadsOption = Annotated[int, typer.Option(min=0, help=say("CPU threads; 0: all", "Số luồng CPU; 0: tất cả"))]
AgencyOption = Annotated[str, typer.Option(help=say("Agency code; default: the settings'", "Mã cơ quan"))]


@dataclass(frozen=True, slots=True)
class Place:
    """Which system a command talks to."""

    home: Path
    api: str = ""
    key_file: Path | None = None

    def client(self) -> Client:
        """The API's client. Raises `NotRunning` when neither an address is given nor an instance runs here."""
        if self.api:
            key = self.key_file.read_text(encoding="utf-8").strip() if self.key_file else ""
            return Client(self.api, key or self._demo_key())
        if not state.is_running(self.home.resolve()):
            raise NotRunning(str(self.home))
        key = self.key_file.read_text(encoding="utf-8").strip() if self.key_file else self._demo_key()
        return Client(instance.at(self.home).address, key)

    def _demo_key(self) -> str:
        return accounts.demo_client(instance.at(self.home)).secret


def emit(value: Any, as_json: bool, text: Any = None) -> None:
    """Print `value` as JSON, or `text` (anything rich can draw) for people."""
    if as_json:
        print(json.dumps(value, ensure_ascii=False, indent=1, default=str), flush=True)
    elif text is not None:
        out.print(text)


def refused_lines(refused: list[dict[str, str]]) -> list[str]:
    """Files that were not read, with the reasons, for people."""
    return [f"[red]✗[/] {escape(one['name'])}: {escape(say(one['en'], one['vi']))}" for one in refused]


def complain(error: HosoError, as_json: bool) -> int:
    """Say what went wrong and what to do, on stderr (or as JSON on stdout); the exit code."""
    if as_json:
        said = {"error": {"code": error.code, "detail": error.detail, "vi": error.vi, "en": error.en}}
        print(json.dumps(said, ensure_ascii=False), flush=True)
    else:
        err.print(f"[bold red]✗[/] {error.vi if LANGUAGE == 'vi' else error.en}", markup=True)
        if error.detail and error.detail not in (error.vi, error.en):
            err.print(f"  {error.detail}", markup=False)
        err.print(f"  [dim]{error.code}[/]")
    return error.exit_code
