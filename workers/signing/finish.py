"""From a signature in a PDF to long-term validation: certificates and revocation data of every chain, embedded.

PAdES B-LT (ETSI EN 319 142-1): the data goes into the document security store in an incremental revision, so that the
signed bytes stay as they are. Thông tư 15/2025/TT-BKHCN asks to keep the certificate and its status as of signing.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.dss import async_add_validation_info
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko_certvalidator.errors import PathValidationError, RevokedError

from workers.signing.authorities import Authorities
from workers.signing.errors import CertificateRevoked, StatusUnknown


def _signed_data(signature: Any) -> Iterator[Any]:
    """The signature itself and the timestamp on it."""
    yield signature.signed_data
    yield from extract_tst_data_iter(signature.signer_info, signed=False)


async def add_validation_data(pdf: bytes, field: str, authorities: Authorities) -> bytes:
    """Add what is needed to validate the signature in `field` later, offline. Raises `StatusUnknown` (retryable),
    `CertificateRevoked`."""
    reader = PdfFileReader(BytesIO(pdf))
    signature = next(found for found in reader.embedded_regular_signatures if found.field_name == field)
    output = BytesIO()
    ends = [extract_certificate_info(data).signer_cert for data in _signed_data(signature)]
    both = all(end.ocsp_urls and end.crl_distribution_points for end in ends)
    try:
        await async_add_validation_info(signature, authorities.context(both=both), output=output, embed_roots=True)
    except RevokedError as error:
        raise CertificateRevoked("revoked while signing") from error
    except (PathValidationError, OSError, TimeoutError) as error:
        raise StatusUnknown(type(error).__name__) from error
    return output.getvalue()
