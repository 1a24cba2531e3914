# One image for web server, worker, scheduler and commands (compose.yaml). docs/installation.md says what of it was run.

FROM python:3.11-slim-bookworm AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gettext \
    && rm -rf /var/lib/apt/lists/*
RUN python -m venv /opt/tracker/.venv
COPY requirements.txt /opt/tracker/
RUN /opt/tracker/.venv/bin/pip install --no-cache-dir --no-input --disable-pip-version-check \
    --require-hashes --only-binary :all: --requirement /opt/tracker/requirements.txt
COPY . /opt/tracker
RUN find /opt/tracker/locale -name '*.po' -exec sh -ec 'for it; do msgfmt --check-format -o "${it%.po}.mo" "$it"; done' sh {} + \
    && /opt/tracker/.venv/bin/python -m compileall -q /opt/tracker/tracker /opt/tracker/projects /opt/tracker/reports

FROM python:3.11-slim-bookworm
# What WeasyPrint loads; the fonts come with the tracker.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 libfontconfig1 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 tracker \
    && useradd --system --uid 10001 --gid tracker --home-dir /tmp --shell /usr/sbin/nologin tracker \
    && install -d -o tracker -g tracker -m 0750 /var/lib/tracker
COPY --from=build /opt/tracker /opt/tracker
WORKDIR /opt/tracker
# Everything is owned by root and read only; the tracker writes in DATA_DIR and /tmp.
ENV PATH=/opt/tracker/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/var/lib/tracker \
    HOME=/tmp \
    XDG_CACHE_HOME=/tmp/cache
USER 10001:10001
VOLUME /var/lib/tracker
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["python", "tracker/alive.py"]
CMD ["python", "-m", "granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "4", "--blocking-threads", "4", "--no-ws", "--http1-header-read-timeout", "10000", "--respawn-failed-workers", "--workers-kill-timeout", "30", "tracker.wsgi:application"]
