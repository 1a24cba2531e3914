"""The same HTML as WeasyPrint alone draws it: no tags, no hooks, the garbage collector on (`python -m bench.plain`)."""

import gc

import weasyprint

from reports import pdf
from reports.rendering import Job, Result, serve


def draw(job: Job) -> Result:
    gc.enable()
    source = weasyprint.HTML(string=job.html, base_url=pdf.NOWHERE, url_fetcher=pdf._fetcher(job.assets))
    drawn = source.render()
    return Result(drawn.write_pdf(), len(drawn.pages))


if __name__ == "__main__":
    serve(draw)
