"""The reference of the API as a page to read, written from the OpenAPI document (docs/api-reference.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tracker.examples import example

Shape = Mapping[str, Any]
HEAD = """# Reference of the REST API

Written by `make api-reference` from the OpenAPI document, which `/api/v1/schema/` serves and `/api/v1/docs/` shows; do not edit. The tour is
[api.md](api.md). Every operation may answer 400 and 503, and with a sign-in 401; what each problem means stands in
[api.md](api.md#problems). A field marked * must be sent.
"""


def page(document: Mapping[str, Any]) -> str:
    """Return the page: for each operation what it does, who may, what it takes, and how it answers."""
    schemas = document["components"]["schemas"]
    lines = [HEAD]
    tag = ""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if operation["tags"][0] != tag:
                tag = operation["tags"][0]
                lines.append(f"## {tag}")
            lines += _operation(f"{method.upper()} {path}", operation, schemas)
    return "\n".join(lines) + "\n"


def _operation(name: str, operation: Shape, schemas: Mapping[str, Shape]) -> Iterator[str]:
    yield f"### `{name}`"
    yield operation["description"] + "\n"
    own = [it for it in operation.get("parameters", ()) if it["in"] in ("query", "path")]
    if own:
        yield (
            "Parameters: "
            + ", ".join(f"`{it['name']}`{_values(it['schema'], schemas)}" for it in own)
            + ".\n"
        )
    sent = operation.get("requestBody", {}).get("content", {})
    for media_type, content in sent.items():
        shape = _resolved(content["schema"], schemas)
        yield f"Body (`{media_type}`): {', '.join(_fields(shape, schemas))}.\n"
    if "application/json" in sent:
        body = example(sent["application/json"]["schema"], schemas)
        yield f"```json\n{json.dumps(body, ensure_ascii=False)}\n```\n"
    answers = []
    for status, answer in sorted(operation["responses"].items()):
        kinds = answer.get("content", {})
        shape = next((it.get("schema", {}) for it in kinds.values()), {})
        called = str(shape.get("$ref", "")).rpartition("/")[2]
        answers.append(status if status >= "300" or not called else f"{status} `{called}`")
    yield f"Answers: {', '.join(answers)}.\n"


def _resolved(shape: Shape, schemas: Mapping[str, Shape]) -> Shape:
    return schemas[str(shape["$ref"]).rpartition("/")[2]] if "$ref" in shape else shape


def _fields(shape: Shape, schemas: Mapping[str, Shape]) -> Iterator[str]:
    required = shape.get("required", ())
    for field, part in shape.get("properties", {}).items():
        yield f"`{field}`{'*' if field in required else ''}{_values(part, schemas)}"


def _values(part: Shape, schemas: Mapping[str, Shape]) -> str:
    """Return the words of a closed list, or the kind of a value."""
    for parts in ("allOf", "oneOf", "anyOf"):
        if parts in part:
            part = part[parts][0]
    part = _resolved(part, schemas)
    if "enum" in part:
        return " (" + ", ".join(f"`{value}`" for value in part["enum"] if value not in ("", None)) + ")"
    kind = part.get("format") or part.get("type") or ""
    return "" if kind in ("string", "") else f" ({kind})"
