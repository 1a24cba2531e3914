"""Names of reference data on pages, in lists of choices and over the API, in the language of the reader."""

from django.conf import settings

from projects.models import Indicator, Mineral, audit
from tests.api.scene import target
from tests.cast import system


def shipped():
    audit.create(Mineral(reference="MIN-901", name="Lithium"), by=system(), action="test.setup")
    audit.create(
        Indicator(
            code="TEC-PUR",
            name="Purity of the product",
            unit="per cent",
            measure_basis="rate",
            measured_by="NABL laboratory, mass per cent of the product",
            evidence_needed="laboratory certificate",
        ),
        by=system(),
        action="test.setup",
    )


def test_indicators_and_minerals_are_read_in_hindi(cast, as_user):
    shipped()
    browser = as_user(cast.officer)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "hi"
    for path in ("/indicators/", "/indicators/TEC-PUR/"):
        page = browser.get(path).content.decode()
        assert "उत्पाद की शुद्धता" in page
        assert "प्रयोगशाला प्रमाण-पत्र" in page
        assert "laboratory certificate" not in page
    assert "उत्पाद की शुद्धता" in browser.get("/targets/new/").content.decode()
    assert '<option value="MIN-901">लिथियम</option>' in browser.get("/agreements/").content.decode()


def test_units_are_read_in_hindi(cast, as_user):
    shipped()
    target("TGT-901", Indicator.objects.get(), project=cast.our_project)
    browser = as_user(cast.officer)
    assert "tonnes" in browser.get("/targets/TGT-901/").content.decode()
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "hi"
    for path, unit in (
        ("/indicators/", "प्रतिशत"),
        ("/targets/", "टन"),
        ("/targets/TGT-901/", "टन"),
        ("/claims/measurement/new/TGT-901/", ">लाख टन<"),
    ):
        page = browser.get(path).content.decode()
        assert unit in page, path
        assert ">tonnes" not in page, path
        assert " tonnes" not in page, path


def test_the_api_gives_the_stored_name_and_the_label_of_the_language(cast, as_user):
    shipped()
    browser = as_user(cast.officer)
    for language, shown in (("hi", "उत्पाद की शुद्धता"), ("en", "Purity of the product")):
        row = browser.get("/api/v1/indicators/TEC-PUR/", headers={"Accept-Language": language}).json()
        assert (row["name"], row["display_name"]) == ("Purity of the product", shown)
    row = browser.get("/api/v1/minerals/MIN-901/", headers={"Accept-Language": "hi"}).json()
    assert (row["name"], row["display_name"]) == ("Lithium", "लिथियम")


def test_what_was_shipped_is_found_by_its_hindi_as_by_its_english(cast, as_user):
    shipped()
    target("TGT-901", Indicator.objects.get(), project=cast.our_project)
    browser = as_user(cast.officer)
    for wanted, count in (
        ("शुद्धता", 1),
        ("उत्पाद शुद्धता", 1),
        ("purity", 1),
        ("लिथियम", 0),
        ("शुद्धता purity-not", 0),
    ):
        for path, name in (("/indicators/", "object_list"), ("/targets/", "targets")):
            assert len(browser.get(path, {"q": wanted}).context[name]) == count, (path, wanted)
        found = browser.get("/api/v1/indicators/", {"q": wanted}).json()
        assert len(found["results"]) == count, wanted
