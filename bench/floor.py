"""The floor beside which the API is measured: the same rows by one query that makes the JSON, and nothing else.

Settings and addresses of a Django without rights, filters, tags, tokens or middleware. No API can be faster on this server.
"""

from django.db import connection
from django.http import HttpResponse
from django.urls import path

from tracker.settings import *  # noqa: F403 - the same database, served by the same server

MIDDLEWARE: list[str] = []
ROOT_URLCONF = "bench.floor"

COUNTS = """
    SELECT count(*) AS total,
           count(*) FILTER (WHERE status IN ('claimed', 'verified') AND actual_on <= current_date) AS achieved,
           count(*) FILTER (WHERE status = 'verified' AND verified_on <= current_date) AS verified,
           count(*) FILTER (WHERE status NOT IN ('claimed', 'verified', 'cancelled')) AS open,
           count(*) FILTER (WHERE status NOT IN ('claimed', 'verified', 'cancelled')
                              AND coalesce(revised_on, baseline_on) < current_date) AS overdue
    FROM projects_milestone WHERE project_id = p.id
"""
PROJECT = f"""
    SELECT p.*, to_json(l) AS lead, to_json(c) AS progress,
           (SELECT json_agg(o) FROM projects_project_partners x JOIN projects_organisation o ON o.id = x.organisation_id
            WHERE x.project_id = p.id) AS partners,
           (SELECT json_agg(m.reference) FROM projects_project_minerals x JOIN projects_mineral m ON m.id = x.mineral_id
            WHERE x.project_id = p.id) AS minerals
    FROM projects_project p LEFT JOIN projects_organisation l ON l.id = p.lead_id, LATERAL ({COUNTS}) c
"""
PROJECTS = f"""
    SELECT json_build_object('count', (SELECT count(*) FROM projects_project WHERE sector = %s), 'results',
        (SELECT json_agg(found) FROM ({PROJECT} WHERE p.sector = %s ORDER BY p.reference LIMIT 50) found))::text
"""
DETAIL = f"""
    SELECT row_to_json(found)::text FROM ({PROJECT} WHERE p.reference = %s) found
"""
MILESTONES = """
    SELECT json_agg(found)::text FROM (SELECT m.*, p.reference AS project FROM projects_milestone m
        LEFT JOIN projects_project p ON p.id = m.project_id WHERE m.id > %s ORDER BY m.id LIMIT 50) found
"""
OF_PROJECT = """
    SELECT json_agg(found)::text FROM (SELECT m.*, p.reference AS project FROM projects_milestone m
        JOIN projects_project p ON p.id = m.project_id WHERE p.reference = %s ORDER BY m.id LIMIT 50) found
"""


def _answer(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        (text,) = cursor.fetchone()
    return HttpResponse(text or "[]", content_type="application/json")


urlpatterns = [
    path("projects/<sector>/", lambda request, sector: _answer(PROJECTS, sector, sector)),
    path("project/<reference>/", lambda request, reference: _answer(DETAIL, reference)),
    path("milestones/<int:after>/", lambda request, after: _answer(MILESTONES, after)),
    path("milestones-of/<reference>/", lambda request, reference: _answer(OF_PROJECT, reference)),
]
