"""The drawing child without `actual_text`: what marking words must not change is what one sees."""

from reports import actual_text, pdf
from reports.rendering import serve

if __name__ == "__main__":
    actual_text.install = lambda language: None
    serve(pdf.draw)
