"""Dropping root: PostgreSQL refuses to run as root, so as root it runs as a system user of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from hoso.embedded.errors import CannotStart

_USER = "hoso"
_CAP_DAC_READ_SEARCH = 2


def unprivileged_user() -> str | None:
    """None when we are not root, else the system user `hoso`, made on first use."""
    if os.geteuid() != 0:
        return None
    if _exists():
        return _USER
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd:
        shell = ("--shell", "/usr/sbin/nologin")
        subprocess.run([useradd, "--system", "--no-create-home", *shell, _USER], capture_output=True)
    if not _exists():  # (another instance may have made it at the same moment)
        raise CannotStart(f"PostgreSQL does not run as root and there is no user for it: `useradd --system {_USER}`")
    return _USER


def _exists() -> bool:
    try:
        pwd.getpwnam(_USER)
    except KeyError:
        return False
    return True


def drop_prefix(user: str | None, home: Path, death_signal: signal.Signals | None = None) -> list[str]:
    """The `setpriv` words that go before a command; empty without `user`.

    `death_signal`: asked for again, since changing the user clears it. A home or an installation below a folder that
    is closed to others (such as /root) is passed by one ambient capability, instead of opening the folder.
    """
    if user is None:
        return []
    entry = pwd.getpwnam(user)
    words = ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
    if death_signal:
        words.append(f"--pdeathsig={death_signal.name.removeprefix('SIG')}")
    way = {*home.parents, home, *Path(sys.prefix).parents, Path(sys.prefix), *Path(__file__).parents}
    if any(not folder.stat().st_mode & 0o001 for folder in way):
        capability = "dac_read_search" if _may(_CAP_DAC_READ_SEARCH) else "dac_override"
        words += [f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"]
    return words


def _may(capability: int) -> bool:
    """Whether the capability of that number is in our bounding set."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapBnd:"):
            return bool(int(line.split()[1], 16) >> capability & 1)
    return False
