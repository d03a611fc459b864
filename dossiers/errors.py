"""One hierarchy of errors: a stable code, an HTTP status, whether a retry helps, and a remedy in two languages.

Every error that leaves a room is a `HosoError`. `code` never changes once released (clients match on it);
`vi` and `en` each say what is wrong *and* what to do. No message carries personal data: names of files,
people or field values belong in `detail`, which is stored with the dossier and never logged.
"""

from __future__ import annotations

from typing import ClassVar


class HosoError(Exception):
    """Base of all errors. Subclasses set the class attributes; `detail` says which file, page or part."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1
    vi: ClassVar[str] = "Hệ thống gặp lỗi nội bộ. Hãy thử lại; nếu vẫn lỗi, báo cho người vận hành kèm mã theo dõi."
    en: ClassVar[str] = (
        "Something failed inside the system. Try again; if it persists, tell the operators the trace id."
    )

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.en)
        self.detail = detail

    def __reduce__(self) -> tuple[type[HosoError], tuple[str]]:
        """Errors cross process borders (Ray), so they pickle by class and detail alone."""
        return type(self), (self.detail,)


class InputError(HosoError):
    """What the sender gave cannot be processed; sending the same again will fail the same way."""

    code = "input.invalid"
    status = 422
    exit_code = 2
    vi = "Dữ liệu gửi lên không hợp lệ. Hãy xem chi tiết, sửa và gửi lại."
    en = "The input is not valid. See the detail, correct it and send it again."


class NotFound(HosoError):
    """No such thing, or it belongs to another agency: the two must look the same from outside."""

    code = "not_found"
    status = 404
    exit_code = 4
    vi = "Không tìm thấy. Hãy kiểm tra lại mã và quyền truy cập của đơn vị."
    en = "Not found. Check the code and that it belongs to your agency."


class Conflict(HosoError):
    """The thing changed, or is not in a state that allows this."""

    code = "conflict"
    status = 409
    exit_code = 5
    vi = "Yêu cầu không phù hợp với trạng thái hiện tại. Hãy tải lại rồi thử lại."
    en = "The request does not fit the current state. Reload and try again."


class Unauthorised(HosoError):
    """No credentials, or credentials that are not (or no longer) valid."""

    code = "unauthorised"
    status = 401
    exit_code = 6
    vi = "Chưa xác thực. Hãy gửi khóa API, mã truy cập hoặc đăng nhập lại."
    en = "Not authenticated. Send an API key or access token, or log in again."


class Forbidden(HosoError):
    """Known, but the role does not allow this."""

    code = "forbidden"
    status = 403
    exit_code = 6
    vi = "Vai trò của bạn không được phép làm việc này. Hãy liên hệ quản trị viên của đơn vị."
    en = "Your role does not allow this. Ask your agency's administrator."


class Unavailable(HosoError):
    """A part of the system (database, store, token, authority) does not answer now; retry later."""

    code = "unavailable"
    status = 503
    retryable = True
    exit_code = 3
    vi = "Một thành phần của hệ thống tạm thời không sẵn sàng. Hãy thử lại sau ít phút; `hoso doctor` chỉ rõ phần nào."
    en = "A part of the system is not available now. Retry in a few minutes; `hoso doctor` says which part."


class DeadlineExceeded(HosoError):
    """The one deadline of the dossier passed before the machine's work was done."""

    code = "deadline_exceeded"
    status = 504
    vi = "Hồ sơ đã quá thời hạn xử lý tự động. Hãy dùng `hoso retry` hoặc nút thử lại để chạy tiếp."
    en = "The dossier passed its processing deadline. Use `hoso retry` or the retry call to go on."


class LeaseLost(HosoError):
    """The fencing token is no longer the newest: another worker owns this run, so this result is refused."""

    code = "lease_lost"
    status = 409
    vi = "Phiên xử lý đã hết hạn và được giao cho tiến trình khác; kết quả muộn bị từ chối."
    en = "The lease ran out and another worker has the run; this late result is refused."


class Cancelled(HosoError):
    """The dossier was cancelled while the work was under way."""

    code = "cancelled"
    status = 409
    vi = "Hồ sơ đã được hủy. Hãy nộp hồ sơ mới nếu cần."
    en = "The dossier was cancelled. Submit a new one if needed."
