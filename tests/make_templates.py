"""Builds the Word templates of the letters under reports/templates; run it after a change: `python -m tests.make_templates`.

The layout is that of Decree 30/2020/NĐ-CP, Appendix I: A4, margins 20/20/30/15 mm, Times New Roman, head in two columns without
rules, numbers of pages above and in the middle from the second page on, an annex with numbers of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as AT
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

FOLDER = Path(__file__).parent.parent / "reports" / "templates"
SIZE = 14


def page(section: Any, *, across: bool = False) -> None:
    """A4 with the margins of the decree and the number of the page above, but for the first."""
    section.page_width, section.page_height = (Cm(29.7), Cm(21)) if across else (Cm(21), Cm(29.7))
    section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
    section.top_margin = section.bottom_margin = Cm(2)
    section.left_margin, section.right_margin = Cm(3), Cm(1.5)
    section.header_distance = Cm(1)
    section.different_first_page_header_footer = True
    section.header.is_linked_to_previous = section.first_page_header.is_linked_to_previous = False
    paragraph = section.header.paragraphs[0]
    paragraph.alignment = AT.CENTER
    run = paragraph.add_run()
    run.font.size = Pt(13)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)
    start = OxmlElement("w:pgNumType")
    start.set(qn("w:start"), "1")
    section._sectPr.append(start)


def line(
    holder: Any, text: str, *, size: float = SIZE, bold: bool = False, italic: bool = False, at: Any = AT.LEFT, first: float = 0,
    before: float = 0, after: float = 0, keep: bool = False,
) -> Any:  # fmt: skip
    """A paragraph of one run."""
    paragraph = holder.add_paragraph()
    shape = paragraph.paragraph_format
    paragraph.alignment, shape.space_before, shape.space_after = at, Pt(before), Pt(after)
    shape.first_line_indent, shape.keep_with_next = Cm(first) if first else None, keep
    run = paragraph.add_run(text)
    run.font.size, run.bold, run.italic = Pt(size), bold, italic
    return paragraph


def rule(holder: Any, width: float, whole: float) -> None:
    """A line of its own below a heading, `width` centimetres long in a column of `whole`."""
    paragraph = line(holder, "", size=2, at=AT.CENTER)
    shape = paragraph.paragraph_format
    shape.left_indent = shape.right_indent = Cm((whole - width) / 2)
    border = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    border.append(top)
    paragraph._p.get_or_add_pPr().append(border)


def columns(document: Any, widths: tuple[float, float]) -> tuple[Any, Any]:
    """Two cells side by side without rules."""
    table = document.add_table(rows=1, cols=2)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for cell, place, width in zip(table.rows[0].cells, table.columns, widths, strict=True):
        cell.width = place.width = Cm(width)
        cell._tc.remove(cell.paragraphs[0]._p)
    return table.rows[0].cells[0], table.rows[0].cells[1]


def body(document: Any, text: str) -> Any:
    """A paragraph of the text; the one that ends it stands on the page of the signature."""
    paragraph = line(document, text, at=AT.JUSTIFY, first=1.27, after=6, keep=text.endswith("./."))
    paragraph.paragraph_format.line_spacing = 1.1
    return paragraph


def blanks(document: Any, ends: tuple[float, ...], *words: str) -> None:
    """Words with dotted lines behind them up to some centimetres from the margin, to be filled in by hand."""
    paragraph = line(document, "\t".join(words), first=1.27, after=6)
    for end in ends:
        paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(end), WD_TAB_ALIGNMENT.LEFT, WD_TAB_LEADER.DOTS)


def head(document: Any, *, named: str = "") -> None:
    """The head in two columns; that of a `named` type (BB, BC) says what it is about below its name, a record its day in the text."""
    left, right = columns(document, (6.5, 10))
    line(left, "{%p if parent %}", size=13)
    line(left, "{{ parent }}", size=13, at=AT.CENTER)
    line(left, "{%p endif %}", size=13)
    line(left, "{{ office }}", size=13, bold=True, at=AT.CENTER)
    rule(left, 2.6, 6.1)
    line(left, f"Số:          /{named + '-{{ own }}' if named else '{{ suffix }}'}", size=13, at=AT.CENTER, before=4)
    if not named:
        line(left, "V/v {{ subject }}", size=12, at=AT.CENTER, before=2)
    line(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=13, bold=True, at=AT.CENTER)
    line(right, "Độc lập - Tự do - Hạnh phúc", size=14, bold=True, at=AT.CENTER)
    rule(right, 6.3, 9.6)
    if named != "BB":
        line(right, "{{ place }}, ngày       tháng       năm {{ year }}", size=14, italic=True, at=AT.CENTER, before=4)
    line(document, "", size=8)


def addressees(document: Any) -> None:
    """One in the line itself, several in a list below it."""
    line(document, "{%p if addressees|length == 1 %}")
    line(document, "Kính gửi: {{ addressees[0] }}.", at=AT.CENTER, before=6, after=12)
    line(document, "{%p else %}")
    line(document, "Kính gửi:", before=6, after=2).paragraph_format.left_indent = Cm(4)
    line(document, "{%p for one in addressees %}")
    line(document, "- {{ one }}{{ '.' if loop.last else ';' }}").paragraph_format.left_indent = Cm(5)
    line(document, "{%p endfor %}")
    line(document, "", size=8)
    line(document, "{%p endif %}")


def foot(document: Any, first: str = "- Như trên;", *, speaks_for: str = "") -> None:
    left, right = columns(document, (8, 8.5))
    line(left, "Nơi nhận:", size=12, bold=True, italic=True, keep=True)
    line(left, first, size=11, keep=True)
    line(left, "{%p for one in copies %}")
    line(left, "- {{ one }};", size=11, keep=True)
    line(left, "{%p endfor %}")
    line(left, "- Lưu: {{ filed }}.", size=11)
    if speaks_for:
        line(right, "{%p if witness %}")
        line(right, speaks_for, bold=True, at=AT.CENTER, keep=True)
    line(right, "{%p for one in signature %}")
    line(right, "{{ one }}", bold=True, at=AT.CENTER, keep=True)
    line(right, "{%p endfor %}")
    for _space in range(4):
        line(right, "", at=AT.CENTER, keep=True)
    line(right, "{{ signer }}", bold=True, at=AT.CENTER)
    if speaks_for:
        line(right, "{%p endif %}")
        line(right, "", at=AT.CENTER)  # a cell is never empty


def annex(document: Any, title: str, document_: str = "Công văn số          /{{ suffix }}", number: int = 0) -> None:
    """The head of an annex, across."""
    page(document.add_section(WD_SECTION.NEW_PAGE), across=True)
    line(document, f"PHỤ LỤC {number:02}" if number else "PHỤ LỤC", bold=True, at=AT.CENTER)
    line(document, title, bold=True, at=AT.CENTER)
    words = f"(Kèm theo {document_} ngày       tháng       năm {{{{ year }}}} của {{{{ name }}}})"
    line(document, words, italic=True, at=AT.CENTER, after=8)


BY_AGENCY = (
    "{%tr for group in groups %}",
    "{{ group.agency }}",
    "{%tr for row in group.rows %}",
    ("{{ row.no }}", "{{ row.text }}", "{{ row.directive }}", "{{ row.deliverable }}", "{{ row.due }}", "{{ row.standing }}"),
    "{%tr endfor %}",
    "{%tr endfor %}",
)  # fmt: skip


def by_agency(document: Any) -> None:
    """The list of the tasks, by agency."""
    titles = ("TT", "Nhiệm vụ", "Văn bản giao", "Sản phẩm", "Thời hạn", "Tình trạng đến {{ day }}")
    grid(document, titles, BY_AGENCY, (1.2, 9.4, 4.2, 3.9, 2.5, 3.9), centred=(0, 4))


def grid(
    document: Any,
    titles: tuple[str, ...],
    rows: tuple[Any, ...],
    widths: tuple[float, ...],
    *,
    centred: tuple[int, ...],
) -> None:
    """A table with rules, whose heading comes again on each page; a row of one text is a heading across, or a placeholder's."""
    table = document.add_table(rows=1 + len(rows), cols=len(titles), style="Table Grid")
    table.autofit = False
    for place, width in zip(table.columns, widths, strict=True):
        place.width = Cm(width)
    for number, words in enumerate((titles, *rows)):
        row = table.rows[number]
        for mark in ("w:cantSplit", "w:tblHeader") if number == 0 else ("w:cantSplit",):
            row._tr.get_or_add_trPr().append(OxmlElement(mark))
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)
        if isinstance(words, str):
            whole = row.cells[0].merge(row.cells[-1]) if words.startswith("{{") else row.cells[0]
            run = whole.paragraphs[0].add_run(words)
            run.font.size, run.bold = Pt(12), True
            continue
        for n, (cell, text) in enumerate(zip(row.cells, words, strict=True)):
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(text)
            run.font.size, run.bold = Pt(12), number == 0
            paragraph.alignment = AT.CENTER if number == 0 or n in centred else AT.LEFT


def blank() -> Any:
    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(SIZE)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(name), "Times New Roman")
    normal.paragraph_format.space_after = Pt(0)
    page(document.sections[0])
    return document


def press() -> Any:
    """Công văn đôn đốc: what is late and what comes soon, by agency."""
    document = blank()
    head(document)
    addressees(document)
    body(
        document,
        "{% if about %}Thực hiện {{ about }}, {% endif %}qua theo dõi, tổng hợp đến ngày {{ day }}, {{ name }} nhận thấy còn"
        "{% if overdue %} {{ overdue }} nhiệm vụ đã quá thời hạn nhưng chưa hoàn thành{% endif %}"
        "{% if overdue and soon %} và{% endif %}{% if soon %} {{ soon }} nhiệm vụ sắp đến hạn{% endif %}"
        " (chi tiết tại Phụ lục kèm theo).",
    )
    body(document, "Để bảo đảm tiến độ thực hiện nhiệm vụ được giao, {{ name }} {{ verb }} các cơ quan, đơn vị:")
    line(document, "{%p if overdue %}")
    body(
        document,
        "{{ point() }}. Khẩn trương hoàn thành các nhiệm vụ đã quá hạn; báo cáo kết quả thực hiện (kèm số, ký hiệu văn bản"
        " sản phẩm), nguyên nhân chậm và trách nhiệm của tập thể, cá nhân có liên quan về {{ name }} chậm nhất ngày {{ answer_by }}.",
    )
    line(document, "{%p endif %}")
    line(document, "{%p if soon %}")
    body(
        document,
        "{{ point() }}. Chủ động triển khai các nhiệm vụ sắp đến hạn, bảo đảm hoàn thành đúng thời hạn được giao.",
    )
    line(document, "{%p endif %}")
    body(
        document,
        "{{ point() }}. Trường hợp có khó khăn, vướng mắc cần điều chỉnh thời hạn, có văn bản nêu rõ lý do và thời hạn đề nghị,"
        " gửi {{ name }} trước khi hết hạn để tổng hợp, trình cấp có thẩm quyền xem xét, quyết định.",
    )
    body(
        document,
        "{{ name }} {{ verb }} các cơ quan, đơn vị {{ 'nghiêm túc' if verb == 'yêu cầu' else 'quan tâm, phối hợp' }} thực hiện./.",
    )
    foot(document)
    annex(document, "DANH MỤC NHIỆM VỤ QUÁ HẠN, SẮP ĐẾN HẠN")
    by_agency(document)
    return document


def progress() -> Any:
    """Công văn đề nghị báo cáo: how far what is open has come."""
    document = blank()
    head(document)
    addressees(document)
    body(
        document,
        "{% if about %}Thực hiện {{ about }}, để{% else %}Để{% endif %} có cơ sở tổng hợp, báo cáo tiến độ thực hiện các nhiệm vụ được giao,"
        " {{ name }} {{ verb }} các cơ quan, đơn vị báo cáo tình hình, kết quả thực hiện {{ total }} nhiệm vụ tại Phụ lục kèm theo.",
    )
    body(
        document,
        "Nội dung báo cáo nêu rõ: kết quả đạt được (kèm số, ký hiệu văn bản sản phẩm); nhiệm vụ chưa hoàn thành, nguyên nhân, thời gian"
        " dự kiến hoàn thành; khó khăn, vướng mắc và đề xuất, kiến nghị.",
    )
    body(
        document,
        "Báo cáo gửi về {{ name }} chậm nhất ngày {{ answer_by }} để tổng hợp. {{ name }} {{ verb }} các cơ quan, đơn vị quan tâm,"
        " phối hợp thực hiện./.",
    )
    foot(document)
    annex(document, "DANH MỤC NHIỆM VỤ CẦN BÁO CÁO TIẾN ĐỘ")
    by_agency(document)
    return document


def extension() -> Any:
    """Công văn trả lời đề nghị gia hạn: one request in words, several in a table."""
    document = blank()
    head(document)
    addressees(document)
    body(
        document,
        "{{ name }} nhận được {{ asked }} về việc đề nghị gia hạn thời gian thực hiện nhiệm vụ. Sau khi xem xét,"
        "{% if about %} căn cứ {{ about }},{% endif %} {{ name }} có ý kiến như sau:",
    )
    line(document, "{%p if total == 1 %}")
    line(document, "{%p for one in answers %}")
    line(document, "{%p if one.granted %}")
    body(
        document,
        "1. Đồng ý gia hạn thời gian thực hiện nhiệm vụ “{{ one.text }}” giao tại {{ one.source }} đến hết ngày {{ one.new }}"
        " (thời hạn giao ban đầu: {{ one.first }}; thời hạn trước khi gia hạn: {{ one.due }}).",
    )
    body(
        document,
        "2. Đề nghị {{ one.agency }} tập trung nguồn lực, hoàn thành nhiệm vụ đúng thời hạn nêu trên và báo cáo kết quả về {{ name }}./.",
    )
    line(document, "{%p else %}")
    body(
        document,
        "1. Chưa đồng ý gia hạn thời gian thực hiện nhiệm vụ “{{ one.text }}” giao tại {{ one.source }}{% if one.wanted %} đến ngày"
        " {{ one.wanted }}{% endif %}. Lý do: {{ one.reason }}.",
    )
    body(
        document,
        "2. Thời hạn thực hiện nhiệm vụ là ngày {{ one.due }} (thời hạn giao ban đầu: {{ one.first }}). Đề nghị {{ one.agency }} khẩn"
        " trương thực hiện và báo cáo kết quả về {{ name }}./.",
    )
    line(document, "{%p endif %}")
    line(document, "{%p endfor %}")
    line(document, "{%p else %}")
    line(document, "{%p if granted %}")
    body(document, "{{ point() }}. Đồng ý gia hạn thời gian thực hiện {{ granted }} nhiệm vụ.")
    line(document, "{%p endif %}")
    line(document, "{%p if refused %}")
    body(document, "{{ point() }}. Chưa đồng ý gia hạn đối với {{ refused }} nhiệm vụ; thời hạn thực hiện giữ nguyên.")
    line(document, "{%p endif %}")
    body(
        document,
        "{{ point() }}. Đề nghị các cơ quan, đơn vị tập trung nguồn lực, hoàn thành nhiệm vụ đúng thời hạn tại Danh mục kèm theo và báo"
        " cáo kết quả về {{ name }}./.",
    )
    line(document, "{%p endif %}")
    foot(document)
    line(document, "{%p if total > 1 %}")
    title = line(document, "DANH MỤC NHIỆM VỤ ĐỀ NGHỊ GIA HẠN", bold=True, at=AT.CENTER, keep=True)
    title.paragraph_format.page_break_before = True
    words = "(Kèm theo Công văn số          /{{ suffix }} ngày       tháng       năm {{ year }} của {{ name }})"
    line(document, words, italic=True, at=AT.CENTER, after=8, keep=True)
    titles = ("TT", "Nhiệm vụ", "Thời hạn ban đầu", "Thời hạn trước gia hạn", "Ý kiến")
    cells = (
        "{{ one.no }}",
        "{{ one.text }} – {{ one.directive }}; theo {{ one.asked }}",
        "{{ one.first }}",
        "{{ one.due }}",
        "{% if one.granted %}Đồng ý đến hết ngày {{ one.new }}{% else %}Chưa đồng ý: {{ one.reason }}{% endif %}",
    )
    rows = ("{%tr for one in answers %}", cells, "{%tr endfor %}")
    grid(document, titles, rows, (1.1, 6.4, 2.5, 2.5, 4), centred=(0, 2, 3))
    line(document, "{%p endif %}")
    return document


def handover() -> Any:
    """Biên bản bàn giao: the record of what passed to an heir, with the signatures of both and of who was there."""
    document = blank()
    head(document, named="BB")
    line(document, "BIÊN BẢN", bold=True, at=AT.CENTER, before=6)
    line(document, "Về việc {{ subject }}", bold=True, at=AT.CENTER)
    rule(document, 5, 16.5)
    line(document, "", size=8)
    line(document, "{%p if about %}")
    body(document, "Căn cứ {{ about }};")
    line(document, "{%p endif %}")
    blanks(document, (13.2,), "Hôm nay, ngày       tháng       năm {{ year }}, tại ", " chúng tôi gồm:")
    for side, who in (("BÊN GIAO", "{{ former }}"), ("BÊN NHẬN", "{{ heir }}")):
        body(document, f"{{{{ point() }}}}. {side}: {who}").runs[0].bold = True
        blanks(document, (9, 16.5), "Đại diện: ", " Chức vụ: ", "")
    line(document, "{%p if witness %}")
    body(document, "{{ point() }}. BÊN CHỨNG KIẾN: {{ witness }}").runs[0].bold = True
    blanks(document, (9, 16.5), "Đại diện: ", " Chức vụ: ", "")
    line(document, "{%p endif %}")
    body(document, "Các bên thống nhất lập biên bản bàn giao nhiệm vụ với các nội dung sau:")
    body(
        document,
        "a) {{ former }} bàn giao cho {{ heir }} tiếp tục thực hiện {{ total }} nhiệm vụ kể từ ngày {{ since }}"
        "{% if overdue %}, trong đó có {{ overdue }} nhiệm vụ đã quá thời hạn{% endif %}{% if done %}, {{ done }} nhiệm vụ đã có báo cáo kết"
        " quả{% endif %} (tình trạng đến ngày {{ day }}, chi tiết tại Phụ lục kèm theo).",
    )
    body(
        document,
        "b) Hồ sơ, tài liệu kèm theo: {% if files %}{{ files }} văn bản, tệp minh chứng nêu tại Phụ lục{% else %}không có{% endif %}."
        " Đề nghị đang chờ quyết định: {% if waiting %}{{ waiting }} đề nghị nêu tại Phụ lục{% else %}không có{% endif %}.",
    )
    body(
        document,
        "c) Thời hạn thực hiện các nhiệm vụ không thay đổi. {{ heir }} chịu trách nhiệm tiếp tục thực hiện và báo cáo kết quả kể từ ngày"
        " nhận bàn giao; {{ former }} chịu trách nhiệm về tính đầy đủ, chính xác của hồ sơ đã bàn giao.",
    )
    body(
        document,
        "Biên bản được lập thành {{ '03' if witness else '02' }} bản có giá trị như nhau, mỗi bên giữ 01 bản./.",
    )
    both = columns(document, (8.25, 8.25))
    for cell, side in zip(both, ("ĐẠI DIỆN BÊN GIAO", "ĐẠI DIỆN BÊN NHẬN"), strict=True):
        line(cell, side, bold=True, at=AT.CENTER, before=6, keep=True)
        line(cell, "(Ký, đóng dấu, ghi rõ họ tên)", size=13, italic=True, at=AT.CENTER, keep=True)
        for _space in range(4):
            line(cell, "", at=AT.CENTER, keep=True)
    line(document, "", size=8)
    foot(document, "- Bên giao, bên nhận;", speaks_for="ĐẠI DIỆN BÊN CHỨNG KIẾN")
    annex(document, "DANH MỤC NHIỆM VỤ BÀN GIAO", "Biên bản số          /BB-{{ own }}")
    titles = ("TT", "Nhiệm vụ", "Văn bản giao", "Thời hạn ban đầu", "Thời hạn hiện nay", "Tình trạng", "Văn bản, tệp minh chứng", "Đề nghị đang chờ quyết định")  # fmt: skip
    cells = ("{{ one.no }}", "{{ one.text }}", "{{ one.directive }}", "{{ one.first }}", "{{ one.due }}", "{{ one.state }}", "{{ one.files }}", "{{ one.asked }}")  # fmt: skip
    rows = ("{%tr for one in items %}", cells, "{%tr endfor %}")
    grid(document, titles, rows, (1.1, 6.6, 3.1, 2.5, 2.5, 3, 3.2, 3.1), centred=(0, 3, 4))
    return document


def upward() -> Any:
    """Báo cáo: the report upward in its four parts with five annexes, the last of which says where the figures come from."""
    document = blank()
    head(document, named="BC")
    line(document, "BÁO CÁO", bold=True, at=AT.CENTER, before=6)
    line(document, "{{ subject }}", bold=True, at=AT.CENTER)
    rule(document, 5, 16.5)
    line(document, "Kính gửi: {{ to }}.", at=AT.CENTER, before=10, after=10)
    line(document, "{%p if missing %}")
    lacking = body(document, "[Dự thảo: {{ missing }} Bỏ dòng này trước khi trình ký.]").runs[0]
    lacking.bold = lacking.italic = True
    line(document, "{%p endif %}")
    body(document, "{{ opening }}")
    line(document, "{%p for chapter in chapters %}")
    line(document, "{{ chapter.title }}", bold=True, first=1.27, before=6, after=6, keep=True)
    line(document, "{%p for one in chapter.lines %}")
    line(document, "{%p if one.bold %}")
    body(document, "{{r one.text }}").paragraph_format.keep_with_next = True
    line(document, "{%p else %}")
    body(document, "{{r one.text }}")
    line(document, "{%p endif %}")
    line(document, "{%p endfor %}")
    line(document, "{%p endfor %}")
    body(document, "Trên đây là báo cáo của {{ name }}, trân trọng gửi {{ to }} xem xét, chỉ đạo./.")
    foot(document)
    for number, (title, names, titles, keys, widths, centred) in enumerate(ANNEXES, 1):
        annex(document, title, "Báo cáo số          /BC-{{ own }}", number=number)
        cells = tuple(f"{{{{ one['{key}'] }}}}" for key in keys)
        if names == "sources":
            cells = (*cells[:-1], "{{r one['list'] }}")
        grid(document, titles, (f"{{%tr for one in {names} %}}", cells, "{%tr endfor %}"), widths, centred=centred)
    return document


ANNEXES = (
    ("DANH MỤC VĂN BẢN TRIỂN KHAI THỰC HIỆN", "documents", ("TT", "Số, ký hiệu", "Ngày", "Cơ quan ban hành", "Nội dung"),
     ("no", "number", "day", "issuer", "subject"), (1.2, 4.3, 2.8, 5.8, 11), (0, 2)),
    ("TÌNH HÌNH THỰC HIỆN NHIỆM VỤ", "duties", ("TT", "Nhiệm vụ", "Cơ quan chủ trì", "Thời hạn", "Tình trạng đến {{ day }}", "Kết quả"),
     ("no", "text", "agency", "due", "state", "result"), (1.2, 7.4, 5.6, 2.7, 3.3, 4.9), (0, 3)),
    ("KẾT QUẢ THỰC HIỆN CHỈ TIÊU", "aims", ("TT", "Chỉ tiêu", "Đơn vị tính", "Mục tiêu", "Kết quả", "Đánh giá"),
     ("no", "name", "unit", "aim", "value", "state"), (1.2, 8.4, 3, 4, 4.2, 4.3), (0, 2)),
    ("KINH PHÍ THỰC HIỆN (triệu đồng)", "money",
     ("TT", "Nội dung", "Đơn vị thụ hưởng", "Nguồn", "Nhu cầu", "Dự kiến", "Đã bố trí", "So với kế hoạch", "Đã giải ngân", "So với vốn bố trí"),
     ("no", "purpose", "beneficiary", "from", "needed", "planned", "allocated", "allocated_rate", "paid", "paid_rate"),
     (1.2, 5, 3.6, 3, 2.1, 2.1, 2.1, 1.9, 2.1, 2), (0, 4, 5, 6, 7, 8, 9)),
    ("NGUỒN SỐ LIỆU", "sources", ("TT", "Số liệu", "Giá trị", "Danh sách trong hệ thống"), ("no", "what", "value", "list"), (1.2, 12, 4, 7.9), (0, 2)),
)  # fmt: skip


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, made in (
        ("don-doc", press),
        ("tien-do", progress),
        ("gia-han", extension),
        ("ban-giao", handover),
        ("bao-cao", upward),
    ):
        made().save(str(FOLDER / f"{name}.docx"))
