"""The signer's self-test in a process of its own (a PKCS#11 module reads its configuration when it is loaded).

`python -m hoso.doctor.token` prints the status of each key's certificate as JSON, or what is wrong, and exits with 1.
"""

from __future__ import annotations

import json
import sys

from config.settings import secret, settings
from dossiers.certificates import Trust
from dossiers.db.engine import Db
from dossiers.errors import HosoError
from dossiers.store import ObjectStore
from workers.signing import selftest
from workers.signing.device import Token
from workers.signing.pipeline import Workshop


def main() -> int:
    """Run it with the settings of the signer."""
    found = settings()
    signing = found.signing
    device = Token(signing.module, signing.token, lambda: secret(signing.pin_file), signing.timeout_s)
    trust = Trust.load(signing.certificates)
    db = Db.open(found.database, "doctor")
    try:
        print(json.dumps(selftest.run(Workshop(db, ObjectStore(found.store), device, trust, signing))))
    except HosoError as error:
        print(f"{error.code}: {error.detail}")
        return 1
    finally:
        device.close()
        db.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
