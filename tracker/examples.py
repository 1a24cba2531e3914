"""Examples of what is sent and answered, made from the shapes of the OpenAPI document, so that they always fit them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Shape = Mapping[str, Any]
DEEPEST = 8
# What a field of this name looks like; of the others the type decides.
KNOWN: dict[str, Any] = {
    "agreement": "AGR-001", "project": "PRJ-018", "parent": "PRJ-017", "milestone": "MST-069", "target": "TGT-030",
    "indicator": "PRD-01", "code": "PRD-01", "organisation": "INS-004", "lead": "INS-004", "party": "INS-004", "donor": "INS-012",
    "recipient": "INS-004", "contributor": "INS-004", "supplier": "INS-012", "mineral": "MIN-015",
    "transfer": "TRF-001", "slug": "NCMM-2026-27-M-0001", "serial": "NCMM/2026-27/M/0001",
    "title": "Kiln commissioned", "reason": "The report is not signed.", "note": "Report seen at the site.",
    "unit": "t", "username": "officer", "period": "2025-26", "fiscal_year": "2025-26", "country": "India",
}  # fmt: skip
FORMATS = {
    "date": "2026-06-30",
    "date-time": "2026-06-30T10:00:00+05:30",
    "uri": "https://example.org/document.pdf",
    "email": "name@example.org",
    "uuid": "8a5f4c1e-3a52-4f0c-9a07-0a4d6d3f1b11",
    "decimal": "12.5",
    "binary": "(file)",
}


def add_examples(result: dict[str, Any], generator: Any, request: Any, public: Any) -> dict[str, Any]:
    """Give every JSON body and answer of the document an example; drf-spectacular calls this at its end."""
    schemas = result["components"]["schemas"]
    for operations in result["paths"].values():
        for operation in operations.values():
            contents = [operation.get("requestBody", {}).get("content", {})]
            contents += [answer.get("content", {}) for answer in operation["responses"].values()]
            for content in contents:
                told = content.get("application/json")
                if told and "example" not in told and "schema" in told:
                    told["example"] = example(told["schema"], schemas)
    return result


def example(shape: Shape, schemas: Mapping[str, Shape], name: str = "", depth: int = 0) -> Any:
    """Return something that fits `shape`, whose references are to `schemas`."""
    if "$ref" in shape:
        return example(schemas[str(shape["$ref"]).rpartition("/")[2]], schemas, name, depth)
    for parts in ("allOf", "oneOf", "anyOf"):
        if parts in shape:
            return example(shape[parts][0], schemas, name, depth)
    if "enum" in shape:
        return next(value for value in shape["enum"] if value not in ("", None))
    kind = shape.get("type")
    if kind == "object" or "properties" in shape:
        properties = shape.get("properties", {}) if depth < DEEPEST else {}
        return {key: example(part, schemas, key, depth + 1) for key, part in properties.items()}
    if kind == "array":
        # A list that may not be empty, or that says something; deep inside it would only repeat itself.
        return (
            [example(shape["items"], schemas, name.removesuffix("s"), depth + 1)] if depth < DEEPEST else []
        )
    return _plain(shape, kind, name)


def _plain(shape: Shape, kind: Any, name: str) -> Any:
    if kind in ("integer", "number"):
        return max(1, shape.get("minimum", 1))
    if kind == "boolean":
        return True
    if kind != "string":
        return {}
    if shape.get("format") in FORMATS:
        return FORMATS[shape["format"]]
    if name == "reference":
        return "PRJ-018"
    text = str(KNOWN.get(name, "Text"))
    return text[: shape.get("maxLength", len(text))]
