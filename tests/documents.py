"""Texts in the shape of real directives, written for the tests."""

LETTER = """ỦY BAN NHÂN DÂN
TỈNH LẠNG SƠN

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Số: 812/UBND-VX

Lạng Sơn, ngày 05 tháng 8 năm 2025

V/v tăng cường phòng bệnh mùa mưa

Kính gửi:

- Các Sở: Y tế, Giáo dục và Đào tạo;

- Ủy ban nhân dân các xã: Tân Thành, Mẫu Sơn.

Thực hiện Công điện số 77/CĐ-TTg ngày 01/8/2025 của Thủ tướng Chính phủ, Ủy ban nhân dân tỉnh yêu

cầu các cơ quan thực hiện các nội dung sau:

1. Sở Y tế

- Chuẩn bị thuốc, hóa chất; chủ trì, phối hợp với Công an tỉnh, các cơ quan liên quan kiểm tra các

cơ sở kinh doanh thuốc theo Quyết định số 243/QĐ-

UBND ngày 07/02/2025, hoàn thành trước ngày 20/8/2025.

- Tổng hợp kết quả, báo cáo UBND tỉnh trong tháng 9/2025.

2. Sở Giáo dục và Đào tạo chủ trì, phối hợp với Sở Y tế hướng dẫn các trường vệ sinh lớp học1 trước

ngày khai giảng.

{rule}
1 Kể cả các điểm trường lẻ ở thôn, bản thuộc các xã

vùng cao.

3. Giao Công an tỉnh chủ trì, phối hợp với Sở Y tế xử lý nghiêm các vi phạm; định kỳ hằng tháng báo cáo kết quả.

4. Ủy ban nhân dân các xã: Tân Thành, Mẫu Sơn (nơi có ổ dịch):

a) Vận động người dân phát quang bụi rậm.

b) Bố trí lực lượng trực 24/24 giờ.

5. Báo Lạng Sơn: tuyên truyền các biện pháp phòng bệnh, phối hợp với các đơn vị liên quan đưa tin kịp thời.

Ủy ban nhân dân tỉnh yêu cầu các cơ quan, đơn vị nghiêm túc thực hiện./.

Nơi nhận:
- Như trên;
- Lưu: VT.

TM. ỦY BAN NHÂN DÂN
KT. CHỦ TỊCH
PHÓ CHỦ TỊCH
""".replace("{rule}", " " * 43)

# One printed line of one cell after the other, as it comes out of a PDF whose table has lost its lines.
FLATTENED = """
 PHÂN CÔNG NHIỆM VỤ THỰC HIỆN NGHỊ QUYẾT SỐ 12-NQ/TU NGÀY 05/02/2025 VỀ NÔNG NGHIỆP SẠCH NĂM 2025 \n
(Kèm theo Kế hoạch số 61/KH-UBND ngày 10/3/2025 của UBND huyện Văn Lãng) \n
STT Nội dung công việc Đơn vị chủ trì Đơn vị phối hợp Sản phẩm \nThời hạn \n
hoàn thành \n
I \nTuyên truyền, tập huấn về sản xuất sạch cho nông dân và cán bộ cơ sở trên \n
toàn huyện \n
1 \n
Biên soạn tài liệu hướng dẫn sử dụng phân bón hữu \n
cơ, in và cấp phát cho các hộ dân. \n
Phòng Nông nghiệp và \n
Môi trường \n
Trung tâm Dịch vụ nông \n
nghiệp, UBND các xã \n
Tài liệu hướng dẫn \nQuý II \n
2 \nMở các lớp tập huấn tại thôn, bản về kỹ thuật ủ phân \n
và quản lý sâu bệnh tổng hợp trên cây ăn quả. \nHội Nông dân \n
Các phòng, ban, đơn vị \n
liên quan \n
  \n
Thường \n
xuyên \n
 Hỗ trợ sản xuất \n
4 \n
Rà soát các hộ trồng na, hồng đủ điều kiện cấp mã số \n
vùng trồng, lập danh sách đề nghị cấp tỉnh xem xét \n
Phòng Tài chính - Kế \n
hoạch \n
Phòng Nông nghiệp và \n
\n
2 \n
\nSTT Nội dung công việc Đơn vị chủ trì Đơn vị phối hợp Sản phẩm \nThời hạn \n
hoàn thành \n
theo quy định hiện hành của pháp luật. \n
Môi trường, UBND các xã \n
Danh sách \n
Quý III và IV \n
""".replace("\\n", "\n")

# A decision that amends a plan, as an office sends it: an HTML page with the table of what changes.
AMENDMENT = """<html><body><p>ỦY BAN NHÂN DÂN</p><p>THÀNH PHỐ LẠNG SƠN</p><p>Số: 131/QĐ-UBND</p>
<p>Lạng Sơn, ngày 20 tháng 6 năm 2025</p><p>QUYẾT ĐỊNH</p>
<p>Về việc điều chỉnh, bổ sung Kế hoạch số 88/KH-UBND ngày 11/4/2025</p>
<table><tr><th>STT</th><th>Nội dung nhiệm vụ</th><th>Chủ trì</th><th>Phối hợp</th><th>Sản phẩm</th><th>Thời gian</th></tr>
<tr><td>1</td><td>Nâng cấp đường truyền và thiết bị bảo mật cho trụ sở các phường, xã.</td><td>Phòng Kinh tế, Hạ tầng và Đô thị</td>
<td>Phòng Tài chính-KH; Công an thành phố; UBND các phường, xã</td><td>Biên bản nghiệm thu</td><td>Tháng 11/2025</td></tr>
<tr><td>2</td><td>Lập danh mục thủ tục chuyển về cấp xã.</td><td>Phòng Nội vụ thành phố</td><td></td><td>Danh mục</td><td>Định kỳ</td></tr>
</table></body></html>"""
