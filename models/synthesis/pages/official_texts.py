"""What administrative documents say: short, plausible texts about the case at hand, none of them a real one."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from models.synthesis.forms.case import Case, vi_number
from models.synthesis.text import date_slash


@dataclass(frozen=True, slots=True)
class Letter:
    """`body`: paragraphs; what stands before a `|` is set in bold. `decision`: quyết định, otherwise công văn."""

    decision: bool
    symbol: str
    abstract: str
    body: tuple[str, ...]
    copies: tuple[str, ...]
    to: str = ""
    grounds: tuple[str, ...] = ()


_TWO_TIER = date(2025, 7, 1)
_SETBACKS = ("1,2", "1,5", "2,4", "3,0")
_ROADS = ("7,5", "10,5", "12,0", "15,5")


def _law(facts: Case) -> str:
    day = "16 tháng 6" if facts.day >= _TWO_TIER else "19 tháng 02"
    return f"Căn cứ Luật Tổ chức chính quyền địa phương ngày {day} năm 2025;"


def letters(rng: random.Random, facts: Case) -> tuple[Letter, ...]:
    """All documents that fit the case, with numbers drawn from `rng`."""
    return tuple(make(rng, facts) for make in (_plan, _alignment, _dwelling, _working_group, _reminder))


def plan_decision(rng: random.Random, facts: Case) -> Letter:
    """The decision that goes with a construction dossier."""
    return _plan(rng, facts)


def _plan(rng: random.Random, facts: Case) -> Letter:
    owner, house = facts.father.name, facts.house
    return Letter(
        decision=True,
        symbol="QĐ-UBND",
        abstract="Về việc chấp thuận tổng mặt bằng và chỉ giới xây dựng nhà ở riêng lẻ",
        grounds=(
            _law(facts),
            "Căn cứ Luật Xây dựng ngày 18 tháng 6 năm 2014 và Luật sửa đổi, bổ sung một số điều của Luật Xây dựng ngày "
            "17 tháng 6 năm 2020;",
            "Căn cứ Luật Đất đai ngày 18 tháng 01 năm 2024;",
            f"Xét đơn của hộ ông {owner} và đề nghị của Trưởng phòng Kinh tế, Hạ tầng và Đô thị.",
        ),
        body=(
            f"Điều 1.|Chấp thuận tổng mặt bằng và chỉ giới xây dựng nhà ở riêng lẻ của hộ ông {owner} tại thửa đất số "
            f"{house.lot}, tờ bản đồ số {house.map_sheet}, {facts.area}, với các nội dung chính như sau:",
            f"1. Diện tích khu đất: {vi_number(house.lot_area)} m2; mục đích sử dụng: đất ở tại đô thị, thời hạn sử "
            "dụng lâu dài.",
            f"2. Mật độ xây dựng tối đa {rng.choice((70, 75, 80, 90))} %; khoảng lùi phía trước "
            f"{rng.choice(_SETBACKS)} m so với chỉ giới đường đỏ; số tầng tối đa {house.floors + 1} tầng.",
            "3. Cốt nền xây dựng và điểm đấu nối thoát nước theo hồ sơ hạ tầng kỹ thuật của khu vực đã được phê duyệt.",
            "Điều 2.|Chủ đầu tư có trách nhiệm lập hồ sơ đề nghị cấp giấy phép xây dựng theo quy định; tổ chức thi "
            "công bảo đảm an toàn, vệ sinh môi trường và không ảnh hưởng đến công trình liền kề.",
            "Điều 3.|Chánh Văn phòng Hội đồng nhân dân và Ủy ban nhân dân, Trưởng phòng Kinh tế, Hạ tầng và Đô thị, "
            f"thủ trưởng các đơn vị liên quan và hộ ông {owner} chịu trách nhiệm thi hành Quyết định này kể từ ngày "
            "ký./.",
        ),
        copies=("Như Điều 3;", "Sở Xây dựng (để báo cáo);", "Trung tâm Phục vụ hành chính công;", "Lưu: VT, KTHT&ĐT."),
    )


def _alignment(rng: random.Random, facts: Case) -> Letter:
    owner = facts.father.name
    return Letter(
        decision=False,
        symbol="UBND-KTHTĐT",
        abstract="cung cấp thông tin quy hoạch và chỉ giới đường đỏ",
        to=f"Ông {owner}, địa chỉ {facts.address}.",
        body=(
            f"Ủy ban nhân dân {facts.unit} nhận được đơn của ông {owner} đề nghị cung cấp thông tin quy hoạch tại thửa "
            f"đất số {rng.randint(11, 899)}, tờ bản đồ số {rng.randint(3, 78)}. Sau khi kiểm tra hồ sơ và thực địa "
            f"ngày {date_slash(facts.child.birth)}, Ủy ban nhân dân {facts.unit} có ý kiến như sau:",
            "1. Theo quy hoạch phân khu được duyệt, khu đất nêu trên thuộc chức năng đất ở hiện trạng cải tạo, chỉnh "
            "trang.",
            f"2. Chỉ giới đường đỏ của tuyến đường trước khu đất có bề rộng {rng.choice(_ROADS)} m; khoảng lùi tối "
            f"thiểu {rng.choice(_SETBACKS)} m.",
            "3. Việc xây dựng mới, sửa chữa, cải tạo công trình thực hiện theo giấy phép xây dựng do cơ quan có thẩm "
            "quyền cấp.",
            "Thông tin trên có giá trị trong thời hạn 12 tháng kể từ ngày ký. Nếu có vướng mắc, đề nghị ông liên hệ "
            f"Phòng Kinh tế, Hạ tầng và Đô thị, điện thoại {facts.mother.phone}, để được hướng dẫn./.",
        ),
        copies=("Như trên;", "Chủ tịch UBND (để báo cáo);", "Lưu: VT, KTHT&ĐT."),
    )


def _dwelling(rng: random.Random, facts: Case) -> Letter:
    floor, people = round(facts.house.footprint), rng.randint(3, 5)
    return Letter(
        decision=False,
        symbol="UBND-KTHTĐT",
        abstract="xác nhận điều kiện diện tích nhà ở để đăng ký thường trú",
        to=f"Công an {facts.unit}.",
        body=(
            f"Ủy ban nhân dân {facts.unit} nhận được đề nghị của ông {facts.father.name}, số định danh cá nhân "
            f"{facts.father.personal_id}, về việc xác nhận điều kiện diện tích nhà ở để đăng ký thường trú. Qua kiểm "
            f"tra, Ủy ban nhân dân {facts.unit} xác nhận như sau:",
            f"1. Ngôi nhà tại địa chỉ {facts.address} do ông (bà) {facts.landlord} là chủ sở hữu, diện tích sàn sử "
            f"dụng {floor} m2, không có tranh chấp về quyền sở hữu nhà ở, quyền sử dụng đất.",
            f"2. Số người đăng ký thường trú tại ngôi nhà sau khi nhập hộ là {people} người, diện tích bình quân "
            f"{vi_number(round(floor / people, 1))} m2 sàn/người, bảo đảm điều kiện về diện tích nhà ở tối thiểu theo "
            f"quy định của Hội đồng nhân dân {facts.province}.",
            f"Ủy ban nhân dân {facts.unit} thông báo để Công an {facts.unit} xem xét, giải quyết theo thẩm quyền./.",
        ),
        copies=("Như trên;", f"Ông {facts.father.name};", "Lưu: VT, KTHT&ĐT."),
    )


def dwelling_letter(rng: random.Random, facts: Case) -> Letter:
    """The letter that goes with a residence dossier."""
    return _dwelling(rng, facts)


def _working_group(rng: random.Random, facts: Case) -> Letter:
    return Letter(
        decision=True,
        symbol="QĐ-UBND",
        abstract="Về việc thành lập Tổ công tác số hóa hồ sơ, kết quả giải quyết thủ tục hành chính",
        grounds=(
            _law(facts),
            f"Căn cứ Nghị định số {'118/2025' if facts.day >= _TWO_TIER else '61/2018'}/NĐ-CP của Chính phủ về thực "
            "hiện thủ tục hành chính theo cơ chế một cửa, một cửa liên thông;",
            "Theo đề nghị của Giám đốc Trung tâm Phục vụ hành chính công.",
        ),
        body=(
            f"Điều 1.|Thành lập Tổ công tác số hóa hồ sơ, kết quả giải quyết thủ tục hành chính của {facts.unit}, do "
            f"ông {facts.official} làm Tổ trưởng, gồm {rng.randint(5, 9)} thành viên.",
            f"Điều 2.|Tổ công tác có nhiệm vụ rà soát, số hóa hồ sơ lưu trữ từ năm {rng.randint(2010, 2020)} đến nay; "
            f"hoàn thành trước ngày 31 tháng 12 năm {facts.day.year}; báo cáo kết quả hằng tháng.",
            "Điều 3.|Quyết định này có hiệu lực kể từ ngày ký. Các thành viên Tổ công tác và thủ trưởng các đơn vị có "
            "liên quan chịu trách nhiệm thi hành Quyết định này./.",
        ),
        copies=("Như Điều 3;", "Thường trực Đảng ủy, HĐND;", "Lưu: VT, TTPVHCC."),
    )


def _reminder(rng: random.Random, facts: Case) -> Letter:
    return Letter(
        decision=False,
        symbol="UBND-VP",
        abstract="đôn đốc tiếp nhận hồ sơ trên Cổng Dịch vụ công quốc gia",
        to="Các phòng, đơn vị trực thuộc; Trưởng các thôn, tổ dân phố.",
        body=(
            f"Thực hiện kế hoạch cải cách hành chính năm {facts.day.year} của Ủy ban nhân dân {facts.province}, trong "
            f"thời gian qua Ủy ban nhân dân {facts.unit} đã tiếp nhận {rng.randint(1200, 9800)} hồ sơ, trong đó tỷ lệ "
            f"hồ sơ nộp trực tuyến đạt {rng.randint(52, 96)},{rng.randint(1, 9)} %.",
            "Để nâng cao chất lượng phục vụ người dân và doanh nghiệp, Ủy ban nhân dân yêu cầu các đơn vị:",
            "1. Tiếp nhận, số hóa đầy đủ thành phần hồ sơ ngay khi tiếp nhận; không yêu cầu người dân nộp lại giấy tờ "
            "đã có trong kho dữ liệu điện tử.",
            "2. Trả kết quả bản điện tử có ký số cho tổ chức, cá nhân đồng thời với bản giấy.",
            "3. Báo cáo khó khăn, vướng mắc về Văn phòng trước ngày 25 hằng tháng để tổng hợp.",
            f"Đầu mối phối hợp: bà {facts.mother.name}, công chức Văn phòng, điện thoại {facts.mother.phone}./.",
        ),
        copies=("Như trên;", "Chủ tịch, các Phó Chủ tịch;", "Lưu: VT."),
    )
