"""The signing stage, a process of its own: the leader's signature, then the seal, from a PKCS#11 token.

It imports neither ray nor torch nor models, has its own database role and its own secrets, and is fed by the table of
signing intents alone. `service` is the life of the process, `pipeline` what happens to one intent, in order:
`approvals` (may it be signed?) -> `authorities` (is the certificate good?) -> `prepare` -> `device` -> `signature` ->
`finish`. `validate` looks at the outcome as an outsider would.
"""

import logging

# These libraries log whole certificate subjects, which are names of people, and report by exception anyway.
for _library in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)
