"""All commands in one place, and how errors become exit codes."""

from __future__ import annotations

from typing import Annotated

import typer

from dossiers.errors import HosoError
from hoso.cli import admin, data, demo, doctor, dossiers, evaluate, lifecycle, migrate, models, read, train
from hoso.cli.common import complain, err
from hoso.cli.words import say

EXIT_CODES = say(
    """Exit codes: 0 done · 1 internal error · 2 wrong input or usage · 3 a part is not available ·
    4 not found · 5 conflict · 6 not authenticated or not allowed · 7 the dossier ended without a result.""",
    """Mã thoát: 0 xong · 1 lỗi nội bộ · 2 sai đầu vào hoặc cách dùng · 3 một thành phần không sẵn sàng ·
    4 không tìm thấy · 5 xung đột · 6 chưa xác thực hoặc không được phép · 7 hồ sơ kết thúc mà không có kết quả.""",
)

app = typer.Typer(
    name="hoso",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help=say(
        "Hoso, the dossier engine: Vietnamese administrative dossiers in, checked data and signed results out.",
        "Hoso, máy xử lý hồ sơ: hồ sơ hành chính vào, dữ liệu đã kiểm tra và kết quả đã ký số ra.",
    ),
    epilog=EXIT_CODES,
)


@app.callback()
def root(
    lang: Annotated[str, typer.Option("--lang", help="vi | en", envvar="HOSO_LANG")] = "",
) -> None:
    if lang not in ("", "vi", "en"):
        raise typer.BadParameter("vi | en", param_hint="--lang")


lifecycle.register(app)
doctor.register(app)
demo.register(app)
dossiers.register(app)
read.register(app)
data.register(app)
evaluate.register(app)
admin.register(app)
models.register(app)
migrate.register(app)
train.register(app)


def run(arguments: list[str]) -> int:
    """Run one command; the exit code."""
    try:
        app(arguments, prog_name="hoso")
    except HosoError as error:
        return complain(error, "--json" in arguments)
    except SystemExit as ended:  # how typer says that a command is done, or that its usage was wrong
        return ended.code if isinstance(ended.code, int) else 0
    except KeyboardInterrupt:
        err.print(say("stopped", "đã dừng"))
        return 130
    return 0
