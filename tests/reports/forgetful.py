"""The drawing child without its shortcuts: what they must not change is a single byte."""

from reports import envelope, pdf
from reports.rendering import serve

if __name__ == "__main__":
    pdf._remember_page_references = lambda: None
    envelope._freeze = lambda file: None
    serve(pdf.draw)
