"""docs/settings.md and the code name the same variables."""

import re

from tests import services

READ = re.compile(r"""(?:\benv\.\w+|environ\.get|getenv)\(\s*"([A-Z0-9_]+)"|environ\["([A-Z0-9_]+)"\]""")


def read_by_the_application(root) -> set[str]:
    sources = [
        path for package in ("tracker", "projects", "reports") for path in (root / package).rglob("*.py")
    ]
    return {"".join(found) for path in sources for found in READ.findall(path.read_text())}


def documented(root) -> set[str]:
    """Return the variables that docs/settings.md tells."""
    return set(
        re.findall(r"^\| `([A-Z0-9_]+)` \|", (root / "docs" / "settings.md").read_text(), re.MULTILINE)
    )


def test_every_variable_that_the_application_reads_is_documented_and_no_other(root):
    assert documented(root) == read_by_the_application(root)


def test_no_variable_of_the_developer_reaches_the_tests(root):
    assert set(services.FOREIGN) == read_by_the_application(root)
