"""Why a file, or one entry of a ZIP, cannot be read. Codes are stable; each message names the remedy."""

from __future__ import annotations

from dossiers.document import Finding, Severity
from dossiers.errors import InputError


class FileError(InputError):
    """Base: this file is left out, the rest of the dossier goes on."""

    code = "file.unreadable"
    vi = "Tệp không đọc được. Hãy mở lại tệp trên máy, xuất ra PDF hoặc JPEG rồi nộp lại."
    en = "The file cannot be read. Open it on your computer, export it as PDF or JPEG and submit it again."


class EmptyFile(FileError):
    code = "file.empty"
    vi = "Tệp rỗng (0 byte hoặc không có nội dung bên trong). Hãy kiểm tra tệp gốc và nộp lại."
    en = "The file is empty (0 bytes, or nothing inside). Check the original file and submit it again."


class TruncatedFile(FileError):
    code = "file.truncated"
    vi = "Tệp bị cụt, phần cuối đã mất, thường do tải lên dở dang. Hãy nộp lại tệp đầy đủ."
    en = "The file is cut off, usually by a broken transfer. Submit the complete file again."


class EncryptedFile(FileError):
    code = "file.encrypted"
    vi = "Tệp có mật khẩu nên không đọc được. Hãy bỏ mật khẩu rồi nộp lại."
    en = "The file needs a password. Remove the password and submit it again."


class BrokenFile(FileError):
    code = "file.broken"
    vi = "Cấu trúc tệp bị hỏng và không sửa được. Hãy quét hoặc xuất lại tệp rồi nộp lại."
    en = "The file's structure is damaged beyond repair. Scan or export it again and submit it."


class TooManyPixels(FileError):
    code = "file.too_many_pixels"
    vi = "Ảnh có quá nhiều điểm ảnh. Hãy quét ở 200 đến 300 dpi, khổ giấy thật, rồi nộp lại."
    en = "The image has too many pixels. Scan it at 200 to 300 dpi at the paper's real size and submit it again."


class DecompressionBomb(FileError):
    code = "file.bomb"
    vi = "Tệp nén bung ra lớn bất thường nên bị từ chối vì lý do an toàn. Hãy nộp từng tệp riêng, không nén."
    en = "The file inflates abnormally and is refused for safety. Submit the files one by one, not compressed."


class UnsafeName(FileError):
    code = "file.unsafe_name"
    vi = "Tệp trong ZIP có đường dẫn không an toàn (tuyệt đối hoặc chứa `..`). Hãy nén lại từ một thư mục thường."
    en = "An entry of the ZIP has an unsafe path (absolute, or with `..`). Zip the files again from a plain folder."


class NestedArchive(FileError):
    code = "file.nested_zip"
    vi = "Trong tệp ZIP có tệp ZIP khác. Hãy giải nén lớp trong rồi nộp lại."
    en = "The ZIP holds another ZIP. Unpack the inner one and submit again."


class TooManyEntries(FileError):
    code = "file.too_many_entries"
    vi = "Tệp ZIP có quá nhiều tệp bên trong. Hãy chia thành nhiều hồ sơ hoặc nhiều tệp ZIP nhỏ hơn."
    en = "The ZIP holds too many files. Split it into several dossiers or smaller ZIPs."


class NoPages(FileError):
    code = "file.no_pages"
    vi = "Tệp không có trang nào. Hãy kiểm tra tệp gốc và xuất lại."
    en = "The file has no pages. Check the original and export it again."


class TooManyPages(FileError):
    code = "file.too_many_pages"
    vi = "Tệp có quá nhiều trang. Hãy chia tệp thành các phần nhỏ hơn rồi nộp lại."
    en = "The file has too many pages. Split it into smaller parts and submit it again."


class UnknownType(FileError):
    code = "file.type"
    vi = "Loại tệp không được hỗ trợ. Hãy nộp PDF, JPEG, PNG, TIFF, WebP, HEIC hoặc ZIP của các loại đó."
    en = "This type of file is not supported. Submit PDF, JPEG, PNG, TIFF, WebP, HEIC, or a ZIP of these."


def refusal(error: FileError, file: int, where: tuple[str, str] = ("", "")) -> Finding:
    """The finding an officer sees for `error` in file `file`; `where` says which part, in Vietnamese and English."""
    return Finding(error.code, Severity.ERROR, where[0] + error.vi, where[1] + error.en, file=file)
