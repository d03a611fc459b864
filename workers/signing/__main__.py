"""`python -m workers.signing`: the signing process. It ends with 0 after SIGTERM, with the error's code otherwise."""

from __future__ import annotations

import logging
import sys

from config.settings import settings
from dossiers.errors import HosoError
from workers.signing.service import Signer


def main() -> int:
    """Serve until told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s", stream=sys.stdout)
    try:
        Signer(settings()).run()
    except HosoError as error:
        # The detail of these names keys, files and reasons, never people.
        logging.getLogger("hoso.signer").error("%s: %s (%s)", error.code, error.en, error.detail)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
