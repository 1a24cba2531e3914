"""The agreements of the public records, figure by figure as worked out by hand (rules R7, R8)."""

from decimal import Decimal

import pytest

from projects.progress import AgreementRow, Programme, Share

pytestmark = pytest.mark.django_db


def counts(shares: tuple[Share, ...]) -> dict[str, int]:
    return {share.code: share.count for share in shares}


def references(rows: tuple[AgreementRow, ...]) -> list[str]:
    return [row.agreement.reference for row in rows]


def agr(*numbers: int) -> list[str]:
    return [f"AGR-{number:03d}" for number in numbers]


def test_there_are_38_and_each_has_its_type(march: Programme) -> None:
    assert march.agreements.total == 38
    types = counts(march.agreements.by_type)
    assert (types.pop("mou"), types.pop("supply_agreement")) == (21, 2)
    assert types == dict.fromkeys(
        [
            "eda", "partnership", "nda", "jv", "g2g_allocation", "joint_statement", "framework", "moc", "jdi",
            "membership", "initiative", "jca", "technology_transfer", "licence", "protocol",
        ],
        1,
    )  # fmt: skip


def test_level(march: Programme) -> None:
    assert counts(march.agreements.by_level) == {
        "g2g": 14,
        "company": 13,
        "institution": 8,
        "multilateral": 3,
    }


def test_binding_or_not_stated(march: Programme) -> None:
    assert counts(march.agreements.by_binding) == {"binding": 4, "non_binding": 4, "": 30}


def test_how_exactly_the_date_is_known(march: Programme) -> None:
    assert counts(march.agreements.by_precision) == {"day": 24, "month": 4, "reported": 4, "year": 2, "": 4}
    undated = [row for row in march.agreements.rows if row.agreement.signed_on is None]
    assert references(tuple(undated)) == agr(8, 17, 34, 38)


def test_by_financial_year_of_signing(march: Programme) -> None:
    years = march.agreements.by_signing_year
    assert counts(years) == {
        "2012-13": 1,
        "2018-19": 1,
        "2020-21": 1,
        "2021-22": 1,
        "2022-23": 1,
        "2023-24": 3,
        "2024-25": 12,
        "2025-26": 13,
        "2026-27": 1,
    }
    assert sum(year.count for year in years) == 34
    assert [year.code for year in years] == sorted(year.code for year in years)


def test_minerals_named(march: Programme) -> None:
    assert {share.mineral.name: share.count for share in march.agreements.by_mineral} == {
        "Lithium": 11,
        "REE": 11,
        "Cobalt": 4,
        "Copper": 3,
        "Nickel": 1,
        "Titanium": 1,
        "Potash": 1,
    }
    assert march.agreements.naming_no_mineral == 13


def test_partner_countries(march: Programme) -> None:
    countries = counts(march.agreements.by_country)
    assert countries.pop("") == 14
    assert countries == {
        "Argentina": 3, "Australia": 3, "United States": 3, "Russia": 2, "Chile": 2, "Japan": 2, "Germany": 2,
        "UAE": 1, "Kazakhstan": 1, "Zambia": 1, "Brazil": 1, "Canada": 1, "Bolivia": 1, "Israel": 1,
    }  # fmt: skip
    assert sum(countries.values()) == 24


def test_ten_have_a_project(march: Programme) -> None:
    found = march.agreements
    assert (found.with_project.count, found.with_project.per_cent) == (10, Decimal("26.32"))
    having = tuple(row for row in found.rows if row.has_project)
    assert references(having) == agr(2, 5, 18, 19, 25, 31, 32, 33, 34, 36)


def test_three_have_a_pilot(march: Programme) -> None:
    found = march.agreements
    assert (found.with_pilot.count, found.with_pilot.per_cent) == (3, Decimal("7.89"))
    assert references(tuple(row for row in found.rows if row.has_pilot)) == agr(25, 33, 34)


def test_five_have_a_target(march: Programme) -> None:
    found = march.agreements
    assert (found.with_target.count, found.with_target.per_cent) == (5, Decimal("13.16"))
    assert references(tuple(row for row in found.rows if row.has_target)) == agr(2, 31, 33, 34, 36)


def test_twenty_six_are_paper_only(march: Programme) -> None:
    found = march.agreements
    assert (found.paper_only.count, found.paper_only.per_cent) == (26, Decimal("68.42"))
    assert references(found.paper_only_rows) == agr(
        1, *range(6, 18), 20, 21, 22, 23, 24, 26, 27, 28, 29, 30, 35, 37, 38
    )


def test_two_are_touched_by_milestones_only(march: Programme) -> None:
    found = march.agreements
    touched = tuple(row for row in found.rows if not row.has_project and not row.is_paper_only)
    assert references(touched) == agr(3, 4)
    assert found.milestone_only.count == 2
    assert found.with_project.count + found.milestone_only.count + found.paper_only.count == 38


def test_days_since_signing_are_counted_only_from_a_known_day_that_has_come(march: Programme) -> None:
    days = {row.agreement.reference: row.days_since_signing for row in march.agreements.rows}
    assert days["AGR-001"] == 36  # 23 February to 31 March 2026 = 5 + 31
    assert days["AGR-004"] is None  # known to the month
    assert days["AGR-008"] is None  # not known
    assert days["AGR-023"] is None  # signed on 26 May 2026
