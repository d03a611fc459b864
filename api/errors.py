"""The front's own errors; those of the domain come from `dossiers`. All reach the wire as problems (`api.problems`)."""

from __future__ import annotations

from datetime import datetime

from dossiers.errors import Conflict, Forbidden, HosoError, InputError, NotFound, Unauthorised, Unavailable


class MethodNotAllowed(HosoError):
    """The address exists, the method does not."""

    code = "method_not_allowed"
    status = 405
    vi = "Địa chỉ này không nhận phương thức đó. Hãy xem tài liệu API tại /docs."
    en = "This address does not take that method. See the API documents at /docs."


class Malformed(InputError):
    """The request cannot be parsed at all."""

    code = "request.malformed"
    status = 400
    vi = "Yêu cầu không đúng định dạng. Hãy kiểm tra JSON hoặc biểu mẫu và gửi lại."
    en = "The request cannot be parsed. Check its JSON or form and send it again."


class TooLarge(InputError):
    """The body is over the limit; nothing of it was kept."""

    code = "upload.too_large"
    status = 413
    vi = "Nội dung gửi lên vượt giới hạn dung lượng. Hãy tách thành nhiều tệp nhỏ hơn hoặc dùng /v1/uploads."
    en = "The body is over the size limit. Split it into smaller files or use /v1/uploads."


class UploadStalled(HosoError):
    """Nothing arrived for too long; what had arrived was removed."""

    code = "upload.stalled"
    status = 408
    retryable = True
    vi = "Kết nối tải lên bị ngừng quá lâu nên đã bị hủy. Hãy kiểm tra đường truyền và gửi lại."
    en = "The upload sent nothing for too long and was dropped. Check the connection and send it again."


class UploadBroken(InputError):
    """The multipart body cannot be parsed, or ended early."""

    code = "upload.broken"
    status = 400
    vi = "Nội dung multipart không đúng định dạng hoặc bị cắt ngang. Hãy gửi lại toàn bộ."
    en = "The multipart body is malformed or was cut off. Send it again as a whole."


class NoFiles(InputError):
    """A dossier needs at least one file."""

    code = "upload.no_files"
    vi = "Hồ sơ phải có ít nhất một tệp. Hãy đính kèm phần `files` hoặc mã `uploads`."
    en = "A dossier needs at least one file. Send parts named `files`, or ids in `uploads`."


class TooManyFiles(InputError):
    """More files than one dossier may hold."""

    code = "upload.too_many_files"
    status = 413
    vi = "Hồ sơ có quá nhiều tệp. Hãy gộp các tệp hoặc chia thành nhiều hồ sơ."
    en = "The dossier has too many files. Merge files or split the dossier."


class TooManyUploads(Unavailable):
    """This process already receives as many uploads as it may."""

    code = "unavailable.uploads"
    vi = "Máy chủ đang nhận quá nhiều tệp cùng lúc. Hãy gửi lại sau vài giây."
    en = "The server is receiving too many uploads at once. Send it again in a few seconds."


class UnsupportedMediaType(InputError):
    """The body is of a type this address does not read."""

    code = "media_type.unsupported"
    status = 415
    vi = "Kiểu nội dung không được hỗ trợ. Hãy dùng multipart/form-data hoặc application/json."
    en = "This content type is not supported. Use multipart/form-data or application/json."


class UploadUnusable(Conflict):
    """A presigned upload that is unknown, expired, used already or still empty."""

    code = "upload.unusable"
    vi = "Mã tải lên không dùng được: đã hết hạn, đã dùng hoặc chưa có dữ liệu. Hãy tạo mã mới tại /v1/uploads."
    en = "The upload id cannot be used: expired, used already, or nothing was uploaded. Make a new one at /v1/uploads."


class BadCredentials(Unauthorised):
    """Unknown name, wrong password or secret: all look the same."""

    code = "unauthorised.credentials"
    vi = "Tên hoặc mật khẩu, mã bí mật không đúng. Hãy kiểm tra và nhập lại."
    en = "The name or the password or secret is wrong. Check and enter it again."


class TooManyAttempts(HosoError):
    """Too many failed log-ins in a short while."""

    code = "rate_limited"
    status = 429
    retryable = True
    vi = "Đăng nhập sai quá nhiều lần. Hãy đợi vài phút rồi thử lại."
    en = "Too many failed log-ins. Wait a few minutes and try again."


class CrossSite(Forbidden):
    """A request that changes something came with the page's cookie from another site."""

    code = "forbidden.cross_site"
    vi = "Yêu cầu đến từ trang khác nên bị từ chối. Hãy mở lại trang của hệ thống và thử lại."
    en = "The request came from another site and was refused. Open this system's own page and try again."


class EtagRequired(HosoError):
    """A change needs `If-Match`."""

    code = "etag.required"
    status = 428
    vi = "Thiếu tiêu đề If-Match. Hãy đọc lại trường hoặc dòng và gửi kèm ETag của nó."
    en = "The If-Match header is missing. Read the field or line and send its ETag along."


class EtagMismatch(HosoError):
    """Somebody changed it in between."""

    code = "etag.mismatch"
    status = 412
    vi = "Dữ liệu đã được người khác thay đổi. Hãy tải lại rồi sửa tiếp."
    en = "Somebody else changed it in between. Reload and make the change again."


class NotCorrectable(Conflict):
    """Fields can be corrected only while the dossier waits for its appraisal."""

    code = "field.not_correctable"
    vi = "Chỉ sửa được trường dữ liệu khi hồ sơ đang chờ thẩm định. Hãy tải lại để xem bước hiện tại."
    en = "Fields can be corrected only while the dossier waits for appraisal. Reload to see where it stands."


class ValueInvalid(InputError):
    """The corrected value is not of the kind the field holds."""

    code = "field.value_invalid"
    vi = "Giá trị không hợp lệ với loại trường này. Hãy kiểm tra định dạng (ngày ISO, số định danh 12 chữ số...)."
    en = "The value does not fit this field. Check the form (ISO date, 12-digit personal number, ...)."


class LineNotCorrectable(Conflict):
    """Lines can be corrected only while the dossier waits for its appraisal."""

    code = "line.not_correctable"
    vi = "Chỉ sửa được dòng chữ khi hồ sơ đang chờ thẩm định. Hãy tải lại để xem bước hiện tại."
    en = "Lines can be corrected only while the dossier waits for appraisal. Reload to see where it stands."


class LineTextInvalid(InputError):
    """The text of a line is empty, too long, or has signs that cannot be printed."""

    code = "line.text_invalid"
    vi = "Nội dung dòng chữ trống, quá dài hoặc có ký tự không in được. Hãy gõ đúng những gì nhìn thấy trên giấy."
    en = "The line's text is empty, too long or holds signs that cannot be printed. Type what stands on the paper."


class ResultNotReady(Conflict):
    """There is no result yet."""

    code = "result.not_ready"
    retryable = True
    vi = "Hồ sơ chưa có kết quả. Hãy theo dõi tiến độ và thử lại sau."
    en = "The dossier has no result yet. Follow its progress and try again later."


class ResultNone(Conflict):
    """The dossier ended without a result."""

    code = "result.none"
    vi = "Hồ sơ đã kết thúc mà không có kết quả. Hãy xem lý do trong hồ sơ."
    en = "The dossier ended without a result. See its reason."


class ResultGone(HosoError):
    """The retention time has passed and the files were removed, at `gone_at`."""

    code = "result.gone"
    status = 410
    vi = "Kết quả đã hết thời hạn lưu và đã được xóa. Hãy tra cứu ở kho lưu trữ của đơn vị."
    en = "The result passed its retention time and was removed. Look it up in your agency's archive."

    def __init__(self, gone_at: datetime) -> None:
        super().__init__(f"{gone_at:%Y-%m-%d}")
        self.extra = {"gone_at": gone_at.isoformat()}


class PageNotReady(NotFound):
    """The page is known but has no image or lines yet."""

    code = "page.not_ready"
    retryable = True
    vi = "Trang chưa được xử lý xong. Hãy thử lại sau vài giây."
    en = "The page is not processed yet. Try again in a few seconds."
