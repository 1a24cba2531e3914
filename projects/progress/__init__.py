"""The programme's figures: pure functions over QuerySets and an as-of date, in frozen dataclasses.

No page, no report, no clock. The overview page and the PDF ask the same functions, so they cannot
differ. docs/rules/ explains each figure in prose.
"""

from projects.progress.agreement import AgreementProgress, agreement_progress
from projects.progress.agreements import AgreementFigures, AgreementRow, MineralShare, agreement_figures
from projects.progress.arithmetic import Share, Spread, half_up, per_cent
from projects.progress.bands import Band, band, months_after, months_late
from projects.progress.ladder import LadderStep, Rung, Standing
from projects.progress.milestones import (
    AchievedInYear,
    BandFigures,
    Days,
    MilestoneFigures,
    MilestoneRow,
    OpenByDue,
    States,
    TypeFigures,
    milestone_figures,
    milestone_rows,
)
from projects.progress.partner import Asked, PartnerProgress, partner_progress
from projects.progress.programme import (
    Programme,
    ProjectProgress,
    Provenance,
    Revision,
    programme,
    progress_of,
    project_progress,
    with_facts,
)
from projects.progress.projects import Earmark, Money, ProjectFigures, ProjectRow, project_figures
from projects.progress.reference import (
    Change,
    MineralFigures,
    RelianceFigures,
    Series,
    mineral_figures,
    reliance_figures,
)
from projects.progress.targets import (
    Achievement,
    BasisFigures,
    Pace,
    TargetFigures,
    TargetRow,
    pace,
    target_figures,
    target_row,
    target_rows,
)
from projects.progress.totals import TargetTotal, target_total

__all__ = [
    "AchievedInYear",
    "Achievement",
    "AgreementFigures",
    "AgreementProgress",
    "AgreementRow",
    "Asked",
    "Band",
    "BandFigures",
    "BasisFigures",
    "Change",
    "Days",
    "Earmark",
    "LadderStep",
    "MilestoneFigures",
    "MilestoneRow",
    "MineralFigures",
    "MineralShare",
    "Money",
    "OpenByDue",
    "Pace",
    "PartnerProgress",
    "Programme",
    "ProjectFigures",
    "ProjectProgress",
    "ProjectRow",
    "Provenance",
    "RelianceFigures",
    "Revision",
    "Rung",
    "Series",
    "Share",
    "Spread",
    "Standing",
    "States",
    "TargetFigures",
    "TargetRow",
    "TargetTotal",
    "TypeFigures",
    "agreement_figures",
    "agreement_progress",
    "band",
    "half_up",
    "milestone_figures",
    "milestone_rows",
    "mineral_figures",
    "months_after",
    "months_late",
    "pace",
    "partner_progress",
    "per_cent",
    "programme",
    "progress_of",
    "project_figures",
    "project_progress",
    "reliance_figures",
    "target_figures",
    "target_row",
    "target_rows",
    "target_total",
    "with_facts",
]
