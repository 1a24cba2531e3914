"""The closed vocabularies of the programme (docs/glossary.md gives each word's meaning)."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a membership lets a person be; docs/rights.md lists what each may do."""

    OFFICER = "officer", _("officer (ministry)")
    MANAGER = "manager", _("manager (ministry)")
    LEAD = "lead", _("lead (partner)")
    VIEWER = "viewer", _("viewer (partner)")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator")


class Scope(TextChoices):
    """How far an access token reaches; no further than the roles of its owner."""

    READ = "read", _("read")
    LOG = "log", _("record and claim")
    VERIFY = "verify", _("verify, return and decide")
    REPORT = "report", _("order and schedule reports")


class OrganisationKind(TextChoices):
    GOVERNMENT = "government", _("government")
    MINISTRY = "ministry", _("ministry")
    DEPARTMENT = "department", _("department")
    ATTACHED_OFFICE = "attached_office", _("attached office")
    STATUTORY_BODY = "statutory_body", _("statutory body")
    STATE_GOVERNMENT = "state_government", _("state government")
    STATE_BODY = "state_body", _("state body")
    CPSE = "cpse", _("central public sector enterprise")
    JOINT_VENTURE_CPSE = "joint_venture_cpse", _("joint venture of public sector enterprises")
    ACADEMIC = "academic", _("academic institute")
    RESEARCH = "rd", _("research institute")
    RESEARCH_PARK = "research_park", _("research park")
    COMPANY = "company", _("company")
    JOINT_VENTURE = "joint_venture", _("joint venture")
    FOREIGN_GOVERNMENT = "foreign_government", _("foreign government")
    FOREIGN_SOE = "foreign_soe", _("foreign state-owned enterprise")
    FOREIGN_COMPANY = "foreign_company", _("foreign company")
    FOREIGN_RESEARCH = "foreign_rd", _("foreign research institute")
    MULTILATERAL = "multilateral", _("multilateral body")


class Precision(TextChoices):
    """How exactly a date is known. All but `day` are stored as the end of their period and shown as approximate."""

    DAY = "day", _("day")
    MONTH = "month", _("month")
    QUARTER = "quarter", _("quarter")
    FINANCIAL_YEAR = "fy", _("financial year")
    YEAR = "year", _("year")
    REPORTED = "reported", _("date of the report")
    DERIVED = "derived", _("derived from a statement")


class AsOfBasis(TextChoices):
    """Where the as-of date of a fact comes from."""

    PRINTED = "printed", _("printed on the source")
    TEXT = "text", _("stated in the text")
    INFERRED = "inferred", _("inferred")


class Instrument(TextChoices):
    MOU = "mou", _("MoU (memorandum of understanding)")
    MOC = "moc", _("MoC (memorandum of cooperation)")
    JDI = "jdi", _("joint declaration of intent")
    NDA = "nda", _("non-disclosure agreement")
    EDA = "eda", _("exploration and development agreement")
    JV = "jv", _("joint venture agreement")
    JCA = "jca", _("joint collaboration agreement")
    LICENCE = "licence", _("licence")
    TECHNOLOGY_TRANSFER = "technology_transfer", _("technology transfer agreement")
    SUPPLY_AGREEMENT = "supply_agreement", _("supply agreement")
    PARTNERSHIP = "partnership", _("partnership")
    G2G_ALLOCATION = "g2g_allocation", _("government-to-government allocation")
    JOINT_STATEMENT = "joint_statement", _("joint statement")
    FRAMEWORK = "framework", _("framework")
    MEMBERSHIP = "membership", _("membership")
    INITIATIVE = "initiative", _("initiative")
    PROTOCOL = "protocol", _("protocol")


class AgreementLevel(TextChoices):
    G2G = "g2g", _("government to government")
    COMPANY = "company", _("company")
    INSTITUTION = "institution", _("institution")
    MULTILATERAL = "multilateral", _("multilateral")


class Binding(TextChoices):
    BINDING = "binding", _("binding")
    NON_BINDING = "non_binding", _("non-binding")


class AgreementStatus(TextChoices):
    DRAFT = "draft", _("draft")
    ANNOUNCED = "announced", _("announced")
    SIGNED = "signed", _("signed")
    IN_FORCE = "in_force", _("in force")
    SUSPENDED = "suspended", _("suspended")
    EXPIRED = "expired", _("expired")
    TERMINATED = "terminated", _("terminated")


class AgreementMove(TextChoices):
    """What people do with an agreement. That it has expired follows from its dates, and nobody does it."""

    SIGN = "sign", _("sign")
    TAKE_EFFECT = "take_effect", _("take effect")
    SUSPEND = "suspend", _("suspend")
    RESUME = "resume", _("resume")
    TERMINATE = "terminate", _("terminate")


class ProjectKind(TextChoices):
    PROGRAMME = "programme", _("programme")
    SCHEME = "scheme", _("scheme")
    FUND = "fund", _("fund")
    CENTRE = "centre", _("centre")
    EXPLORATION = "exploration", _("exploration")
    PLANT = "plant", _("plant")
    FACILITY = "facility", _("facility")
    STUDY = "study", _("study")


class Phase(TextChoices):
    """What the sources say a project is. The stage (S0 to S6) is decided at gates; the phase is reported."""

    PROGRAMME = "programme", _("programme")
    CONCEPT = "concept", _("concept")
    EXPLORATION = "exploration", _("exploration")
    PILOT = "pilot", _("pilot")
    DEMONSTRATION = "demonstration", _("demonstration")
    COMMERCIAL = "commercial", _("commercial")


PILOT_OR_LATER = (Phase.PILOT, Phase.DEMONSTRATION, Phase.COMMERCIAL)


class Stage(TextChoices):
    S0 = "S0", _("S0 Intent")
    S1 = "S1", _("S1 Definition")
    S2 = "S2", _("S2 Lab or bench")
    S3 = "S3", _("S3 Pilot")
    S4 = "S4", _("S4 Demonstration")
    S5 = "S5", _("S5 Commercial ramp-up")
    S6 = "S6", _("S6 Industrial")
    E0 = "E0", _("E0 Intent")
    E1 = "E1", _("E1 Right granted")
    E2 = "E2", _("E2 Permits")
    E3 = "E3", _("E3 Drilling")
    E4 = "E4", _("E4 Resource and feasibility")
    E5 = "E5", _("E5 Mine construction")
    E6 = "E6", _("E6 Offtake landed")


class Gate(TextChoices):
    """The gates out of the stages; docs/rules/stages.md gives their criteria."""

    G0 = "G0", _("G0 scope and work plan")
    G1 = "G1", _("G1 agreement or funded project")
    G2 = "G2", _("G2 laboratory proof")
    G3 = "G3", _("G3 pilot proven")
    G4 = "G4", _("G4 ready for industry")
    G5 = "G5", _("G5 commercial operation")
    X0 = "X0", _("X0 right granted")
    X1 = "X1", _("X1 permits")
    X2 = "X2", _("X2 drilling")
    X3 = "X3", _("X3 resource and feasibility")
    X4 = "X4", _("X4 construction decision")
    X5 = "X5", _("X5 offtake landed")


class GateDecision(TextChoices):
    PASS = "pass", _("pass")
    CONDITIONAL = "conditional", _("conditional")
    HOLD = "hold", _("hold")
    STOP = "stop", _("stop")


class Sector(TextChoices):
    EV = "ev", _("electric vehicles")
    RENEWABLE = "renewable", _("renewable energy")
    DEFENCE = "defence", _("defence")
    ELECTRONICS = "electronics", _("electronics")


class Ladder(TextChoices):
    TRL = "TRL", _("TRL (technology readiness, 1 to 9)")
    MRL = "MRL", _("MRL (manufacturing readiness, 1 to 10)")


class TransferStage(TextChoices):
    """offered -> licensed -> absorbed -> producing; docs/rules/transfer.md says which evidence each needs."""

    OFFERED = "offered", _("offered")
    LICENSED = "licensed", _("licensed")
    ABSORBED = "absorbed", _("absorbed")
    PRODUCING = "producing", _("producing")


class LicenceType(TextChoices):
    LICENCE = "licence", _("licence")
    ASSIGNMENT = "assignment", _("assignment")
    KNOW_HOW = "know_how", _("know-how agreement")
    JOINT_DEVELOPMENT = "joint_development", _("joint development")
    TURNKEY = "turnkey", _("turnkey supply")


class Exclusivity(TextChoices):
    EXCLUSIVE = "exclusive", _("exclusive")
    SOLE = "sole", _("sole")
    NON_EXCLUSIVE = "non_exclusive", _("non-exclusive")


class KnowHowKind(TextChoices):
    DRAWING = "drawing", _("drawing")
    MANUAL = "manual", _("manual")
    PROCESS_CHART = "process_chart", _("process chart")
    SPECIFICATION = "specification", _("specification")
    SOFTWARE = "software", _("software")
    SAMPLE = "sample", _("sample")
    EQUIPMENT = "equipment", _("equipment")


class FundKind(TextChoices):
    """Four columns that are never added to one another."""

    SANCTIONED = "sanctioned", _("sanctioned")
    RELEASED = "released", _("released")
    SPENT = "spent", _("spent")
    CERTIFIED = "certified", _("certified (GFR 12-A)")


class FundSource(TextChoices):
    BUDGET = "budget", _("Union budget")
    NMET = "nmet", _("NMET")
    ANRF = "anrf", _("ANRF and R&D schemes")
    STATE = "state", _("state government")
    PSU = "psu", _("public sector enterprise")
    PRIVATE = "private", _("private")
    FOREIGN = "foreign", _("foreign partner")
    LOAN = "loan", _("loan")


class ClearanceType(TextChoices):
    EC = "ec", _("environmental clearance (EIA 2006)")
    CTE = "cte", _("consent to establish")
    CTO = "cto", _("consent to operate")
    CRZ = "crz", _("coastal regulation zone clearance")
    FOREST = "forest", _("forest clearance")
    DAE = "dae", _("DAE licence for prescribed substances")
    AERB = "aerb", _("AERB radiological safety")
    HAZARDOUS = "hazardous", _("hazardous-waste authorisation")
    BATTERY = "battery", _("battery-waste authorisation and EPR")
    FACTORY = "factory", _("factory licence")
    PESO = "peso", _("PESO licence")
    FIRE = "fire", _("fire safety")
    LAND = "land", _("land or mining lease")
    FEMA = "fema", _("FDI or FEMA approval")
    SCOMET = "scomet", _("SCOMET export authorisation")


class Material(TextChoices):
    """What a mass balance knows; docs/rules/mass_balance.md gives the yields."""

    NDPR_OXIDE = "ndpr_oxide", _("NdPr oxide")
    NDPR_METAL = "ndpr_metal", _("NdPr metal")
    NDFEB_MAGNET = "ndfeb_magnet", _("NdFeB magnets")
    TREO = "treo", _("rare earth oxides (TREO)")
    BLACK_MASS = "black_mass", _("black mass")
    LITHIUM = "lithium", _("lithium compounds")
    COBALT = "cobalt", _("cobalt compounds")
    NICKEL = "nickel", _("nickel compounds")
    OTHER = "other", _("other")


class MilestoneType(TextChoices):
    ANNOUNCEMENT = "announcement", _("announcement")
    APPROVAL = "approval", _("approval")
    NOTIFICATION = "notification", _("notification")
    AGREEMENT_SIGNED = "agreement_signed", _("agreement signed")
    FUNDING = "funding", _("funding")
    INVESTMENT = "investment", _("investment")
    TENDER = "tender", _("tender")
    RECOGNITION = "recognition", _("recognition")
    INSTITUTION = "institution", _("institution set up")
    CLEARANCE = "clearance", _("clearance")
    REGULATORY = "regulatory", _("regulatory")
    EXPLORATION = "exploration", _("exploration")
    CONSTRUCTION = "construction", _("construction")
    COMMISSIONING = "commissioning", _("commissioning")
    VALIDATION = "validation", _("validation")
    TRANSFER = "transfer", _("technology transfer")
    TRAINING = "training", _("training")
    PRODUCTION = "production", _("production")
    CAPACITY = "capacity", _("capacity")
    REVIEW = "review", _("review")
    CLOSURE = "closure", _("closure")


class MilestoneStatus(TextChoices):
    """planned -> claimed -> verified; a claim may be returned and claimed again; any but verified may be cancelled."""

    PLANNED = "planned", _("planned")
    CLAIMED = "claimed", _("claimed")
    VERIFIED = "verified", _("verified")
    RETURNED = "returned", _("returned")
    CANCELLED = "cancelled", _("cancelled")


class RevisionReason(TextChoices):
    """Why a date moved: the reasons that Indian project monitoring asks for."""

    LAND = "land", _("land or site")
    CLEARANCE = "clearance", _("clearance or licence")
    FUNDS = "funds", _("funds")
    TENDERING = "tendering", _("tendering or procurement")
    TECHNOLOGY = "technology", _("technology or know-how")
    PARTNER = "partner", _("partner or licensor")
    SUPPLY = "supply", _("equipment or material supply")
    SCOPE = "scope", _("change of scope")
    LEGAL = "legal", _("legal or contractual")
    FORCE_MAJEURE = "force_majeure", _("force majeure")
    REPORTED = "reported", _("reported by the source without a reason")
    OTHER = "other", _("other")


class MeasurementStatus(TextChoices):
    CLAIMED = "claimed", _("claimed")
    VERIFIED = "verified", _("verified")
    RETURNED = "returned", _("returned")


class VerificationLevel(IntegerChoices):
    V0 = 0, _("V0 claim")
    V1 = 1, _("V1 document seen")
    V2 = 2, _("V2 third-party or laboratory certificate")
    V3 = 3, _("V3 site verification or audit")


class MeasureBasis(TextChoices):
    CUMULATIVE = "cumulative", _("cumulative")
    ANNUAL = "annual", _("annual")
    STOCK = "stock", _("stock")
    RATE = "rate", _("rate")


class Direction(TextChoices):
    INCREASE = "increase", _("increase")
    DECREASE = "decrease", _("decrease")


class TargetBasis(TextChoices):
    """Who set the number."""

    GOVERNMENT_SCHEME = "government_scheme", _("government scheme")
    OFFICIAL_STATEMENT = "official_statement", _("official statement")
    ANNUAL_PLAN = "annual_plan", _("annual plan")
    COMPANY_PLAN = "company_plan", _("company plan")
    SCOPE_OF_AGREEMENT = "scope_of_agreement", _("scope of the agreement")
    DESIGN_CAPACITY = "design_capacity", _("design capacity")
    DEMAND_SIDE = "demand_side", _("demand side")


class RelianceMetric(TextChoices):
    IMPORT_DEPENDENCE = "import_dependence", _("import dependence")
    DEPENDENCE_ON_CHINA = "dependence_on_china", _("dependence on China")
    SUPPLIER_SHARE = "supplier_share", _("share of the top supplier")
    IMPORT_QUANTITY = "import_quantity", _("quantity imported")
    IMPORT_QUANTITY_FROM_TOP = "import_quantity_from_top", _("quantity imported from the top supplier")
    IMPORT_VALUE = "import_value", _("value imported")
    OUTPUT_QUANTITY = "output_quantity", _("quantity made in India")
    EXPORT_QUANTITY = "export_quantity", _("quantity exported")
    STOCK_CHANGE = "stock_change", _("fall of stocks")
    SUPPLIER_QUANTITY = "supplier_quantity", _("quantity imported from one supplier")


class RelianceForm(TextChoices):
    """In which form a mineral is counted: a figure on ore is compared with no figure on metal."""

    ORE = "ore", _("ore or concentrate")
    OXIDE = "oxide", _("oxide or compound")
    METAL = "metal", _("metal or alloy")
    PRODUCT = "product", _("finished product")


class Visibility(TextChoices):
    """Who may read a document: everybody, the partners concerned, or the ministry and its auditors."""

    PUBLIC = "public", _("public")
    PARTNER = "partner", _("partner")
    INTERNAL = "internal", _("internal")


class DeliveryState(TextChoices):
    """waiting -> sending -> delivered, or waiting again for another attempt, or failed; dropped is what may not be sent."""

    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("failed")
    DROPPED = "dropped", _("not to be sent")


class NoticeKind(TextChoices):
    """What a notice tells, in the order in which an inbox shows it."""

    TO_VERIFY = "to_verify", _("waits for verification")
    TO_ANSWER = "to_answer", _("a finding waits for an answer")
    ANSWERED = "answered", _("answered: settle it or raise it again")
    RETURNED = "returned", _("returned to you")
    FOR_REVIEW = "for_review", _("overdue for 30 days: on the agenda of the next review")
    ESCALATED = "escalated", _("overdue for 15 days")
    OVERDUE = "overdue", _("overdue for 7 days")
    DUE_SOON = "due_soon", _("due soon")
    VERIFIED = "verified", _("verified")
    SETTLED = "settled", _("finding settled")
    REPORT_ISSUED = "report_issued", _("report issued")


class DigestState(TextChoices):
    """queued -> sending -> sent, or queued again for another attempt, or failed; dropped is what had nothing to tell."""

    QUEUED = "queued", _("queued")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    DROPPED = "dropped", _("not to be sent")


class ActionState(TextChoices):
    """open -> done -> closed; what a manager does not accept as done is open again."""

    OPEN = "open", _("open")
    DONE = "done", _("done, not closed")
    CLOSED = "closed", _("closed")


class FindingKind(TextChoices):
    """What an auditor raises: something seen, a question, or a rule or an order that was not kept."""

    OBSERVATION = "observation", _("observation")
    QUERY = "query", _("audit query")
    NON_COMPLIANCE = "non_compliance", _("non-compliance")


class FindingState(TextChoices):
    """raised -> answered -> settled; an answer that does not satisfy raises it again; withdrawn by who raised it."""

    RAISED = "raised", _("raised, to be answered")
    ANSWERED = "answered", _("answered, to be settled")
    SETTLED = "settled", _("settled")
    WITHDRAWN = "withdrawn", _("withdrawn")
