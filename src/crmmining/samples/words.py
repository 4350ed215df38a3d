"""Every name that stands in the exports of the home-move world; rows hold its number."""

from __future__ import annotations

PAGES = (
    "Home search", "Mortgage calculator", "Home page", "Ask for insurance", "Online step failed",
    "View bill", "Pay bill",
)  # fmt: skip
REASONS = ("Chase status", "Help after online step", "Question about bill")
GOALS = ("Move into a home", "Understand my bill")
SUBJECTS = (
    "Nurture mail",
    "Adviser call",
    "Proactive bill call",
    "Higher bill notice",
    "Account closed",
)
STAGES = (
    "Mortgage enquiry", "Income checked", "Property valued", "Offer sent", "Offer revised",
    "Offer accepted", "Mortgage approved", "Mortgage declined", "Customer withdrew",
    "Insurance opened", "Insurance quote sent", "Insurance quote accepted", "Policy issued",
    "Insurance declined by customer",
)  # fmt: skip
WON = ("Mortgage approved", "Policy issued")
LOST = ("Mortgage declined", "Customer withdrew", "Insurance declined by customer")
OPPORTUNITY_TYPES = ("Mortgage", "Home insurance")
CASE_TYPES = ("Property survey", "Move-in", "Complaint", "Billing")
STATUSES = ("New", "Visited", "Utilities switched", "Answered", "Explained", "Closed", "Reopened")
CASE_FIELDS = ("created", "Status", "Owner", "Priority")
ORIGINS = ("Phone", "Web", "Email")

PAGE = {name: number for number, name in enumerate(PAGES)}
REASON = {name: number for number, name in enumerate(REASONS)}
GOAL = {name: number for number, name in enumerate(GOALS)}
SUBJECT = {name: number for number, name in enumerate(SUBJECTS)}
STAGE = {name: number for number, name in enumerate(STAGES)}
OPPORTUNITY_TYPE = {name: number for number, name in enumerate(OPPORTUNITY_TYPES)}
CASE_TYPE = {name: number for number, name in enumerate(CASE_TYPES)}
STATUS = {name: number for number, name in enumerate(STATUSES)}
CASE_FIELD = {name: number for number, name in enumerate(CASE_FIELDS)}
ORIGIN = {name: number for number, name in enumerate(ORIGINS)}
