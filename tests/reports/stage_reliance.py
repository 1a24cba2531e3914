"""What the stage's programme knows of reliance: bases that can be worked out and some that cannot, and needs of sectors."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from projects.models import Mineral, Project, ReliancePoint, SectorNeed, audit
from projects.models.people import User
from tests.cast import acting

ON = dt.date(2026, 8, 12)
# Product, form, metric, period, value, unit, supplier, HS codes; "late" are known only after the later report.
POINTS = (
    ("magnets", "product", "import_quantity", "2025-26", "53700", "t", "", "850511"),
    ("magnets", "product", "export_quantity", "2025-26", "1200.5", "t", "", "850511"),
    ("magnets", "product", "output_quantity", "2025-26", "1.5", "kt", "", ""),
    ("magnets", "product", "stock_change", "2025-26", "-499.25", "t", "", ""),
    ("magnets", "product", "supplier_quantity", "2025-26", "49941", "t", "China", ""),
    ("Magnets", "product", "supplier_quantity", "2025-26", "49000", "t", "china", ""),
    ("magnets", "product", "supplier_quantity", "2025-26", "1333.3", "t", "Japan", ""),
    ("magnets", "product", "supplier_share", "2025-26", "92.8", "per cent", "", ""),
    ("magnets", "product", "import_value", "2025-26", "1744", "crore INR", "", ""),
    ("metal", "metal", "import_quantity", "2024-25", "900", "t", "", "280530"),
    ("metal", "metal", "export_quantity", "2024-25", "950", "t", "", "280530, 280540"),
    ("metal", "metal", "output_quantity", "2024-25", "40", "t", "", ""),
    ("metal", "metal", "stock_change", "2024-25", "0", "t", "", ""),
    ("oxide", "oxide", "import_quantity", "2024-25", "10", "t", "", ""),
    ("oxide", "oxide", "export_quantity", "2024-25", "60", "t", "", ""),
    ("oxide", "oxide", "output_quantity", "2024-25", "50", "t", "", ""),
    ("oxide", "oxide", "stock_change", "2024-25", "0", "t", "", ""),
    ("ore", "ore", "import_quantity", "2024-25 H1", "70", "t", "", ""),
    ("ore", "ore", "import_quantity", "2024-25 H1", "75", "t", "", ""),
    ("ore", "ore", "supplier_quantity", "2023-24", "75", "t", "Brazil", ""),
    ("ore", "ore", "import_quantity", "2023-24", "74", "t", "", ""),
)
NEEDS = (
    ("ev", "ndfeb_magnet", "2025-26", "4000", dt.date(2026, 1, 31)),
    ("ev", "ndfeb_magnet", "2026-27", "5200.5", None),
    ("renewable", "ndfeb_magnet", "2026-27", "900", None),
    ("defence", "ndfeb_magnet", "2026-27", "77.7", None),
    ("ev", "ndpr_oxide", "2026-27", "1700", dt.date(2026, 11, 1)),  # not known yet
)


def fill(owner: User) -> None:
    """Put figures of every kind on record, and let two projects that make magnets serve a sector each."""
    by = acting(owner, ON)
    mineral = Mineral.objects.get(reference="MIN-18")
    for number, (product, form, metric, period, value, unit, supplier, codes) in enumerate(POINTS, 901):
        facts: dict[str, Any] = {"product": product, "form": form, "metric": metric, "period": period}
        facts |= {"value": Decimal(value), "unit": unit, "supplier": supplier, "hs_codes": codes}
        of = None if product == "ore" else mineral
        row = ReliancePoint(reference=f"IMP-{number}", mineral=of, as_of=dt.date(2026, 1, 31), **facts)
        audit.create(row, by=by, action="test.setup")
    late = ReliancePoint(reference="IMP-950", mineral=mineral, product="magnets", form="product")
    late.metric, late.period, late.value, late.unit = "output_quantity", "2025-26", Decimal(9), "t"
    late.as_of = dt.date(2026, 11, 1)
    audit.create(late, by=by, action="test.setup")
    for number, (sector, material, period, tonnes, as_of) in enumerate(NEEDS, 1):
        need = SectorNeed(reference=f"NEED-{number:03}", sector=sector, material=material, period=period)
        need.tonnes, need.as_of = Decimal(tonnes), as_of
        audit.create(need, by=by, action="test.setup")
    for reference, sector in (("PRJ-003", "ev"), ("PRJ-025", "defence")):
        project = Project.objects.get(reference=reference)
        audit.change(project, by=by, action="test.setup", changes={"sector": sector})
