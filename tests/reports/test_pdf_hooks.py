"""What we lean on inside WeasyPrint and pydyf: a new version that changes it is noticed here before it is used."""

import hashlib
import inspect

import pydyf
import pytest
from weasyprint.draw import text as drawing
from weasyprint.pdf import anchors, fonts, metadata, stream, tags
from weasyprint.text import line_break

LEANT_ON = {
    drawing.draw_text: "ebaf96239c6ca363",
    drawing.draw_first_line: "1bb8eae6d88e71b1",
    stream.Stream.add_font: "e4226e1117477217",
    line_break.Layout.get_first_line: "bb65cbda0e27f135",
    metadata.DocumentMetadata.include_in_pdf: "9dc4e74198a96e21",
    anchors.write_pdf_attachment: "11bdffe520ef3841",
    pydyf.PDF.page_references.fget: "060bf90aad55931b",
    pydyf.PDF.add_page: "6039cdea4114e530",
    pydyf.PDF.write: "242cd38f92ecd33f",
    pydyf.Stream.data.fget: "bdc2bc513f286de7",
    fonts._build_vector_font_dictionary: "aa6eea312c6e3375",
    tags._build_box_tree: "f716251a83e7096e",
}


@pytest.mark.parametrize(
    ("function", "digest"), LEANT_ON.items(), ids=lambda one: getattr(one, "__qualname__", "")
)
def test_what_we_hook_is_what_we_know(function, digest):
    found = hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:16]
    assert found == digest, (
        f"{function.__module__}.{function.__qualname__} is not the function that reports/actual_text.py, envelope.py "
        "and pdf.py were written for. Read what changed, mend them if needed, then write the new digest here."
    )
