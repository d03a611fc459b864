"""The two places where a PDF describes itself, kept equal: the XMP packet and the document information dictionary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from workers.pdfa.writer import string

PRODUCER = "Hoso"


@dataclass(frozen=True, slots=True)
class Description:
    """What the file says of itself. `created` without a zone is taken as UTC."""

    title: str
    author: str
    subject: str
    created: datetime
    language: str = "vi"

    @property
    def when(self) -> datetime:
        """`created` with a zone and whole seconds: the finest that both places can say alike."""
        return (self.created if self.created.tzinfo else self.created.replace(tzinfo=UTC)).replace(microsecond=0)


def pdf_date(when: datetime) -> str:
    """`D:YYYYMMDDHHmmSS+HH'mm'` (ISO 32000-1, 7.9.4)."""
    offset = when.strftime("%z")
    return f"D:{when.strftime('%Y%m%d%H%M%S')}{offset[:3]}'{offset[3:5]}'"


def info(about: Description) -> bytes:
    """The body of the document information dictionary."""
    when = string(pdf_date(about.when))
    pairs = {
        b"Title": string(about.title),
        b"Author": string(about.author),
        b"Subject": string(about.subject),
        b"Creator": string(PRODUCER),
        b"Producer": string(PRODUCER),
        b"CreationDate": when,
        b"ModDate": when,
    }
    return b"<< " + b" ".join(b"/" + key + b" " + value for key, value in pairs.items()) + b" >>"


def xmp(about: Description, part: int = 3, conformance: str = "B") -> bytes:
    """The XMP packet, UTF-8, with room to grow in place. Only schemas predefined by XMP 2004 and PDF/A are used."""
    when = about.when.isoformat()
    text = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>{part}</pdfaid:part>
<pdfaid:conformance>{conformance}</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(about.title)}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{escape(about.author)}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{escape(about.subject)}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{escape(about.language)}</rdf:li></rdf:Bag></dc:language>
<xmp:CreatorTool>{PRODUCER}</xmp:CreatorTool>
<xmp:CreateDate>{when}</xmp:CreateDate>
<xmp:ModifyDate>{when}</xmp:ModifyDate>
<xmp:MetadataDate>{when}</xmp:MetadataDate>
<pdf:Producer>{PRODUCER}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
"""
    return (text + (" " * 99 + "\n") * 20 + '<?xpacket end="w"?>').encode("utf-8")
