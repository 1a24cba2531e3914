"""Rules of this project that no linter knows, asked of the syntax of its code: `python -m tests.repo.code_rules` (make safety).

Semgrep would say the same (docs/adr/0026-hardening.md tells why not): each rule is a function from a file to what is
wrong in it, and tests/repo/test_code_rules.py shows that each finds what it is for.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("projects", "reports", "tracker")
# Places that break a rule, each with the reason: what no rule can see, a person has looked at.
ALLOWED = {
    (
        "projects/models/audit.py",
        "sql",
    ): "the number of a lock and a statement, both written in the same file",
    ("projects/models/questions.py", "sql"): "SQL that Django wrote once, with its parameters kept apart",
    ("projects/views/my_account.py", "trusted_html"): "a drawing that the program made of letters of its own",
    ("projects/api/lists.py", "sql"): "SQL that Django wrote, with its parameters kept apart",
}
# Where figures are made and rules are asked: the same answer in March and in June.
TIMELESS = (
    "projects/progress/",
    "projects/fiscal.py",
    "reports/figures/",
    "reports/checks/",
    "reports/periods.py",
)
CLOCKS = {"now", "today", "utcnow", "localdate", "localtime", "monotonic", "time_ns", "Now"}
CLOCK_MODULES = {"reports.clock", "time"}
# The audit door itself.
DOOR = ("projects/models/audit.py", "projects/models/audit_many.py")
BULK = {"update", "bulk_create", "bulk_update", "delete", "abulk_create", "aupdate", "adelete", "_raw_delete"}
SQL = {"execute", "executemany", "raw", "RawSQL", "extra"}
READERS = {"get", "head", "options", "list", "retrieve", "get_queryset", "get_context_data", "get_object"}
WRITERS = {
    "save",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "force_insert",
}
ESCAPED = re.compile(r"\|\s*safe(?:seq)?\b|{%\s*autoescape\s+off")


@dataclass(frozen=True)
class Source:
    """A file of the project by its name from the root, with its text."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @cached_property
    def calls(self) -> list[ast.Call]:
        return [node for node in self.nodes if isinstance(node, ast.Call)]


Found = Iterator[tuple[int, str]]


def trusted_html(source: Source, audited: frozenset[str]) -> Found:
    """What is trusted as HTML without being escaped."""
    for call in source.calls:
        name = _called(call)
        if name in {"mark_safe", "SafeString", "SafeText"}:
            yield call.lineno, f"{name}() sends text to the browser unescaped: use format_html"
        if name == "format_html" and call.args and not isinstance(call.args[0], ast.Constant):
            yield call.lineno, "format_html() escapes only what is handed to a constant pattern"


def every_field(source: Source, audited: frozenset[str]) -> Found:
    """A form or serializer with all the fields that a model may ever get."""
    for node in source.nodes:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and node.value.value == "__all__"
        ):
            yield node.lineno, "all fields of a model, also those to come: name them"


def past_the_door(source: Source, audited: frozenset[str]) -> Found:
    """Writing of audited rows that leaves no event."""
    if source.name in DOOR or "/migrations/" in source.name:
        return
    for call in source.calls:
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in BULK:
            continue
        names = set(_chain(call.func))
        if names & audited and names & {"objects", "_default_manager"}:
            yield (
                call.lineno,
                f"{call.func.attr}() of an audited model leaves no event: use audit.create or audit.change",
            )
        if "_base_manager" in names or call.func.attr == "_raw_delete":
            yield call.lineno, f"{call.func.attr}() past the model's own manager leaves no event"


def clocks(source: Source, audited: frozenset[str]) -> Found:
    """A rule that asks what time it is."""
    if not source.name.startswith(TIMELESS):
        return
    for call in source.calls:
        if _called(call) in CLOCKS and not call.args:
            yield call.lineno, f"{_called(call)}() in a rule: take the day as an argument"
    for node in source.nodes:
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            modules = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        if CLOCK_MODULES & set(modules):
            yield node.lineno, "a rule knows no clock: take the day as an argument"


def sql(source: Source, audited: frozenset[str]) -> Found:
    """SQL put together from pieces of text."""
    if "/migrations/" in source.name:
        return
    for call in source.calls:
        name = _called(call)
        if name == "extra" and isinstance(call.func, ast.Attribute) and "objects" in _chain(call.func):
            yield call.lineno, "extra() takes SQL as text: use expressions"
        elif name in SQL and call.args and _is_composed(call.args[0]):
            yield call.lineno, f"{name}() of a text that was put together: hand values over as parameters"


def reading_that_writes(source: Source, audited: frozenset[str]) -> Found:
    """A view that answers GET and writes."""
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef) and _reads(node):
            for call in (inner for inner in ast.walk(node) if isinstance(inner, ast.Call)):
                chain = _chain(call.func)
                if _writes(chain):
                    yield call.lineno, f"{node.name}() answers GET and calls {'.'.join(reversed(chain))}()"


RULES = (trusted_html, every_field, past_the_door, clocks, sql, reading_that_writes)


def templates(source: Source) -> Found:
    """Text that a template does not escape; mails are no HTML."""
    for number, line in enumerate(source.text.splitlines(), 1):
        if ESCAPED.search(line):
            yield number, "the template trusts its text as HTML: let it be escaped"


def broken(sources: Iterable[Source]) -> list[str]:
    """Return what breaks which rule where, as lines for a terminal."""
    code = list(sources)
    audited = audited_models(code)
    found = []
    for source in code:
        rules = [(templates.__name__, templates(source))]
        if source.name.endswith(".py"):
            rules = [(rule.__name__, rule(source, audited)) for rule in RULES]
        for name, problems in rules:
            if (source.name, name) not in ALLOWED:
                found += [f"{source.name}:{line}: {name}: {what}" for line, what in problems]
    return found


def audited_models(sources: Iterable[Source]) -> frozenset[str]:
    """Return the names of all classes that descend from `Audited`."""
    bases = {
        node.name: {_last(base) for base in node.bases}
        for source in sources
        if source.name.endswith(".py") and "/models" in source.name
        for node in source.nodes
        if isinstance(node, ast.ClassDef)
    }
    known = {"Audited"}
    while more := {name for name, above in bases.items() if above & known} - known:
        known |= more
    return frozenset(known)


def project() -> Iterator[Source]:
    """Yield every file that the rules are about."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield Source(str(path.relative_to(ROOT)), path.read_text())
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".svg", ".xml"}:
            yield Source(str(path.relative_to(ROOT)), path.read_text())


def _called(call: ast.Call) -> str:
    return _last(call.func)


def _last(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        return _last(node.value)
    return node.id if isinstance(node, ast.Name) else ""


def _chain(node: ast.AST) -> list[str]:
    """Return the names of `a.b(...).c`, the last first."""
    names = []
    while True:
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call | ast.Subscript):
            node = node.func if isinstance(node, ast.Call) else node.value
        else:
            return [*names, node.id] if isinstance(node, ast.Name) else names


def _is_composed(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return True
    return isinstance(node, ast.Call) and _called(node) in {"format", "join", "replace"}


def _reads(node: ast.FunctionDef) -> bool:
    """Whether the function answers GET: by its name, by a decorator, or as an action that names no other method."""
    for decorator in node.decorator_list:
        name = _called(decorator) if isinstance(decorator, ast.Call) else _last(decorator)
        if name in {"require_GET", "require_safe"}:
            return True
        if name == "action" and isinstance(decorator, ast.Call):
            methods = [word.value for word in decorator.keywords if word.arg == "methods"]
            return not methods or "get" in ast.dump(methods[0]).lower()
    arguments = [argument.arg for argument in node.args.args]
    return node.name in READERS and arguments[:1] == ["self"]


def _writes(chain: list[str]) -> bool:
    if chain[:2] in (["create", "audit"], ["change", "audit"], ["record", "audit"]):
        return True
    if chain[:1] and chain[0] in WRITERS:
        return True
    return "objects" in chain[1:] and chain[0] in {"create", "update"}


if __name__ == "__main__":
    problems = broken(project())
    print("\n".join(problems) or "The code keeps the rules of the project.")  # noqa: T201 - it speaks to the terminal
    sys.exit(bool(problems))
