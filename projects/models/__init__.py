"""The programme's models; outsiders import from here only."""

from projects.models.agreement_steps import MOVES, WITH_REASON, AgreementStep
from projects.models.agreements import Agreement, AgreementParty
from projects.models.audit import AuditBypass, AuditEvent
from projects.models.calendars import CalendarLink
from projects.models.claims import Claim
from projects.models.clearances import Clearance
from projects.models.display_copies import DisplayCopy
from projects.models.duties import Amendment, Duty, DutyDone
from projects.models.evidence import Evidence
from projects.models.feeds import Feed
from projects.models.findings import Finding
from projects.models.funds import FundLine
from projects.models.gates import GatePlan
from projects.models.imports import ImportedRow
from projects.models.keyed_calls import KeyedCall
from projects.models.ladders import Fall, Gap, LadderClaim
from projects.models.lifecycle import LifecycleModel, StaleError, TransitionError, locked
from projects.models.measurements import Measurement
from projects.models.meetings import ActionPoint, ReviewMeeting
from projects.models.milestone_states import State
from projects.models.milestones import Milestone, MilestoneRevision
from projects.models.notices import Notice, NoticeDigest, NoticePreferences, NoticeProgress
from projects.models.pending import PendingUpload
from projects.models.people import Membership, Organisation, User
from projects.models.projects import Project, StageGate
from projects.models.pulses import Pulse
from projects.models.readiness import Readiness
from projects.models.reference import Indicator, Mineral, MineralListing
from projects.models.reliance import ReliancePoint, SectorNeed
from projects.models.saved_filters import SavedFilter
from projects.models.sign_ins import Identity, RecoveryCode, SecondFactor, SignIn
from projects.models.tallies import Tally
from projects.models.targets import Target, TargetVersion, achievement
from projects.models.tokens import TokenGrant
from projects.models.transfer_claims import ReplicationRun, Training
from projects.models.transfer_steps import Holdings, Need, TransferStep
from projects.models.transfers import KnowHowItem, Transfer
from projects.models.webhooks import Delivery, Webhook

__all__ = [
    "MOVES",
    "WITH_REASON",
    "ActionPoint",
    "Agreement",
    "AgreementParty",
    "AgreementStep",
    "Amendment",
    "AuditBypass",
    "AuditEvent",
    "CalendarLink",
    "Claim",
    "Clearance",
    "Delivery",
    "DisplayCopy",
    "Duty",
    "DutyDone",
    "Evidence",
    "Fall",
    "Feed",
    "Finding",
    "FundLine",
    "Gap",
    "GatePlan",
    "Holdings",
    "Identity",
    "ImportedRow",
    "Indicator",
    "KeyedCall",
    "KnowHowItem",
    "LadderClaim",
    "LifecycleModel",
    "Measurement",
    "Membership",
    "Milestone",
    "MilestoneRevision",
    "Mineral",
    "MineralListing",
    "Need",
    "Notice",
    "NoticeDigest",
    "NoticePreferences",
    "NoticeProgress",
    "Organisation",
    "PendingUpload",
    "Project",
    "Pulse",
    "Readiness",
    "RecoveryCode",
    "ReliancePoint",
    "ReplicationRun",
    "ReviewMeeting",
    "SavedFilter",
    "SecondFactor",
    "SectorNeed",
    "SignIn",
    "StageGate",
    "StaleError",
    "State",
    "Tally",
    "Target",
    "TargetVersion",
    "TokenGrant",
    "Training",
    "Transfer",
    "TransferStep",
    "TransitionError",
    "User",
    "Webhook",
    "achievement",
    "locked",
]
