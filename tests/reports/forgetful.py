"""The drawing child without `_remember_page_references`: what the shortcut must not change."""

from reports import pdf
from reports.rendering import serve

if __name__ == "__main__":
    pdf._remember_page_references = lambda: None
    serve(pdf.draw)
