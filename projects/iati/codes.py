"""The code lists of IATI, as far as they are used, and what of ours stands for which code. docs/adr/0015 argues the mapping."""

from __future__ import annotations

from projects.choices import GateDecision, OrganisationKind, Phase, ProjectKind, Stage

VERSION = "2.03"
COUNTRIES = {
    "argentina": "AR", "australia": "AU", "brazil": "BR", "canada": "CA", "chile": "CL", "china": "CN",
    "france": "FR", "germany": "DE", "india": "IN", "japan": "JP", "kazakhstan": "KZ", "mali": "ML",
    "peru": "PE", "republic of korea": "KR", "russia": "RU", "south korea": "KR", "united kingdom": "GB",
    "united states": "US", "usa": "US", "zambia": "ZM",
}  # fmt: skip

# ActivityStatus
PIPELINE, IMPLEMENTATION, FINALISATION, CANCELLED, SUSPENDED = "1", "2", "3", "5", "6"
# ActivityDateType
PLANNED_START, ACTUAL_START, PLANNED_END = "1", "2", "3"
# OrganisationRole
ACCOUNTABLE, IMPLEMENTING = "2", "4"
# OrganisationType
GOVERNMENT, LOCAL_GOVERNMENT, OTHER_PUBLIC, MULTILATERAL, PRIVATE, ACADEMIC = (
    "10",
    "11",
    "15",
    "40",
    "70",
    "80",
)
ORGANISATION_TYPE = {
    OrganisationKind.GOVERNMENT: GOVERNMENT,
    OrganisationKind.MINISTRY: GOVERNMENT,
    OrganisationKind.DEPARTMENT: GOVERNMENT,
    OrganisationKind.ATTACHED_OFFICE: GOVERNMENT,
    OrganisationKind.STATUTORY_BODY: OTHER_PUBLIC,
    OrganisationKind.STATE_GOVERNMENT: LOCAL_GOVERNMENT,
    OrganisationKind.STATE_BODY: LOCAL_GOVERNMENT,
    OrganisationKind.CPSE: OTHER_PUBLIC,
    OrganisationKind.JOINT_VENTURE_CPSE: OTHER_PUBLIC,
    OrganisationKind.ACADEMIC: ACADEMIC,
    OrganisationKind.RESEARCH: ACADEMIC,
    OrganisationKind.RESEARCH_PARK: ACADEMIC,
    OrganisationKind.COMPANY: PRIVATE,
    OrganisationKind.JOINT_VENTURE: PRIVATE,
    OrganisationKind.FOREIGN_GOVERNMENT: GOVERNMENT,
    OrganisationKind.FOREIGN_SOE: OTHER_PUBLIC,
    OrganisationKind.FOREIGN_COMPANY: PRIVATE,
    OrganisationKind.FOREIGN_RESEARCH: ACADEMIC,
    OrganisationKind.MULTILATERAL: MULTILATERAL,
}
# Sector, of the five-digit list of the OECD's DAC
MINERAL_POLICY, EXPLORATION, NON_FERROUS = "32210", "32220", "32170"
SECTOR = {
    ProjectKind.PROGRAMME: MINERAL_POLICY,
    ProjectKind.SCHEME: MINERAL_POLICY,
    ProjectKind.FUND: MINERAL_POLICY,
    ProjectKind.EXPLORATION: EXPLORATION,
}
# IndicatorMeasure
UNIT, PERCENTAGE = "1", "2"
OWN_VOCABULARY = "99"
WEB_PAGE = "A12"
RELATED_PARENT = "1"
# ResultType, by the family of the indicator
OUTPUT, OUTCOME = "1", "2"
RESULT_TYPE = {"INT": OUTCOME, "IMP": OUTCOME}


def status(*, stage: str, phase: str, last_decision: str, is_suspended: bool) -> str:
    """Return the ActivityStatus of a project: what gates decided first, then what its sources call it."""
    if last_decision == GateDecision.STOP:
        return CANCELLED
    if is_suspended:
        return SUSPENDED
    if stage in (Stage.S6, Stage.E6):
        return FINALISATION
    if stage:
        return PIPELINE if stage in (Stage.S0, Stage.E0) else IMPLEMENTATION
    return PIPELINE if phase in ("", Phase.CONCEPT) else IMPLEMENTATION
