"""ServiceNow's incident tables, headed by fields or labels: their events, who the caller is, and traps.

Traps known here: the Audit table holds every field's changes, and a change of state twice (`state` and
`incident_state`); a closing follows a resolution by itself, and `closed_by` then names the resolver; a
caller's name is no key of a person; history lines are dated when somebody looked, not when it happened;
a breach time is a forecast until the SLA is breached. In a log of updates, a row stands for every update,
``?`` is null, days come first, ties are within a minute, and a caller may change.
Sources: ServiceNow product documentation (Incident Management state model; Sys Audit table; History sets;
Task SLA table; System properties for display value and header), and the log UCI 498.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from crmmining.sources.presets.headings import Description
from crmmining.sources.presets.preset import Export, Preset, there
from crmmining.sources.presets.servicenow_headings import KNOWN_BY, SPELLINGS

LOG, AUDIT, LINES = "incident_event_log", "sys_audit", "sys_history_line"
METRICS = "metric_instance"

ACTIVITIES = {
    LOG: "{incident_state}", AUDIT: "{newvalue}", LINES: "{new}", METRICS: "{value}",
    "task_sla": "SLA breached",
}  # fmt: skip
FIELDS = ["state", "incident_state", "State", "Incident state"]
# As the choices of a base system are numbered; a list export has the words already.
STATES = {
    "1": "New", "2": "In Progress", "3": "On Hold", "6": "Resolved", "7": "Closed", "8": "Canceled",
}  # fmt: skip
CHANNELS = {
    "Phone": "phone", "IVR": "phone", "Email": "email", "Self-service": "web", "Self service": "web",
    "Chat": "chat", "Virtual Agent": "chat", "virtual_agent": "chat", "Walk-in": "branch",
}  # fmt: skip
DESK = ("Direct opening",)
MACHINES = ("Monitoring", "Event Management", "Event", "Alert", "Integration")
SERVICE_ACCOUNT = ["caller_id.internal_integration_user", "caller_id.web_service_access_only"]
BY_CALLER = ("Closed/Resolved by Caller", "Closed/Resolved by caller", "Resolved by caller")
TRUE, FALSE = ("true", "True", "1"), ("false", "False", "0")


def _user(export: Export, columns: tuple[str, ...]) -> Description:
    """A person's name is no key: two people may have it."""
    return {
        "customer": {
            "servicenow": there(["sys_id", "user_name"], columns),
            "email": there(["email"], columns),
            "phone": there(["phone", "mobile_phone"], columns),
        }
    }


def _incident(export: Export, columns: tuple[str, ...]) -> Description:
    """One row per incident, as it is now; its steps are told by a table of changes, if one is there."""
    described: Description = {"record": _record(columns), "links": _parents(columns)}
    told_by = _told_by(export)
    events = [] if told_by == LOG else [_opening(columns)]
    if told_by is None:
        events += [
            {
                "time": "resolved_at",
                "activity": {"value": "Resolved"},
                "optional": True,
                **_role("resource", "resolved_by", columns),
                **_role("department", "assignment_group", columns),
                **_role("actor", _first(columns, "close_code", "closed_code"), columns, _resolvers()),
            },
            {"time": "closed_at", "activity": {"value": "Closed"}, "optional": True},
        ]
        events = [event for event in events if event["time"] in columns or event["time"] == "opened_at"]
    named = {"id": "number", "customer": _caller(columns)}
    return {**described, **_times(export, "incident"), "events": [{**named, **event} for event in events]}


def _event_log(export: Export, columns: tuple[str, ...]) -> Description:
    """A row for every update of an incident, with all that was known after it."""
    state, order = _first(columns, "incident_state", "state"), there(["sys_mod_count"], columns)
    # A row's own id is that of the incident here, the same in all its rows: no event's own.
    shared = {"id": None, "customer": _caller(columns), **({"sequence": order[0]} if order else {})}
    change = {
        "time": _first(columns, "sys_updated_at", "sys_updated_on"),
        "activity": _state(export, LOG, state),
        "on_change": state,
        **_role("department", "assignment_group", columns),
        **_role("resource", "assigned_to", columns),
        **_role("actor", "sys_updated_by", columns, _users()),
    }
    opening = {**_opening(columns), "on_change": "opened_at"}
    return {
        "time": {"format": export.option("format") or None},  # else proved by the log's own times
        "record": _record(columns),
        "links": _parents(columns),
        "events": [{**shared, **opening}, {**shared, **change}],
    }


def _changes(table: str) -> Callable[[Export, tuple[str, ...]], Description]:
    """A table with a row for each field that changed; only changes of state are events."""

    def described(export: Export, columns: tuple[str, ...]) -> Description:
        field, new = _first(columns, "fieldname", "field"), _first(columns, "newvalue", "new", "new_value")
        # A history line is made when somebody looks; when it happened is its update_time.
        time = _first(columns, "update_time", "sys_created_on")
        order = there(["record_checkpoint", "update"], columns)[:1]
        user = _first(columns, "user", "user_name", "user_id")
        event = {
            "time": time,
            "activity": _state(export, table, new),
            "where": {field: FIELDS},
            "on_change": new,  # both fields tell the same change
            **({"sequence": order[0]} if order else {}),
            **_role("resource", user, columns),
            **_role("actor", user, columns, _users()),
        }
        named = _of_incident(export, columns, _first(columns, "documentkey", "set.id", "set"), "sys_id")
        named |= _times(export, table)
        return {**named, "event": event} if _told_by(export) == table else named

    return described


def _metric(export: Export, columns: tuple[str, ...]) -> Description:
    """A row for each time in a state; it is dated by its start. Other metrics measure other things."""
    told = {"definition": ["Incident State Duration"], "field": FIELDS}
    where = {name: told[name] for name in there(list(told), columns) or ["definition"]}
    event = {
        "time": "start", "activity": _state(export, METRICS, "value"), "on_change": "value", "where": where,
    }  # fmt: skip
    named = {**_of_incident(export, columns, "id", "sys_id"), **_times(export, METRICS)}
    return {**named, "event": event} if _told_by(export) == METRICS else named


def _task_sla(export: Export, columns: tuple[str, ...]) -> Description:
    named = _of_incident(export, columns, _first(columns, "task", "task.number"), "number")
    named["record"]["attributes"] = {"sla_breached": {"column": "has_breached", "take": "max"}}
    return {
        **named,
        **_times(export, "task_sla"),
        "event": {
            "time": "planned_end_time",
            "activity": {"template": export.activity("task_sla")},
            "where": {"has_breached": list(TRUE)},
            "optional": True,
            "actor": {"value": "system"},
        },
    }


def _record(columns: tuple[str, ...]) -> Description:
    """An incident is done when it is resolved; it closes by itself some days later."""
    attributes: Description = {
        name: name
        for name in there(
            [
                "state", "incident_state", "contact_type", "subcategory", "priority", "impact", "urgency",
                "close_code", "closed_code", "location", "business_service", "reassignment_count",
            ],
            columns,
        )
    }  # fmt: skip
    takes = {"made_sla": {"take": "min"}, "reopen_count": {"take": "max"}}
    takes["category"] = {"take": "min", "absent": "(none)"}  # whatever the order of rows
    attributes |= {name: {"column": name, **how} for name, how in takes.items() if name in columns}
    record = {"type": "incident", "id": "number", "opened": "opened_at", "attributes": attributes}
    closings = there(["resolved_at", "closed_at"], columns)
    return {**record, "closed": closings[0]} if closings else record


def _parents(columns: tuple[str, ...]) -> list[Description]:
    return [{"column": name, "to": "incident"} for name in there(["parent_incident"], columns)]


def _caller(columns: tuple[str, ...]) -> dict[str, list[str]]:
    """Whose need it is: by the keys of their user, where the export has them; else as they are called."""
    keys = {
        "servicenow": there(["caller_id.sys_id", "caller_id.user_name"], columns),
        "email": there(["caller_id.email"], columns),
        "phone": there(["caller_id.phone", "caller_id.mobile_phone"], columns),
    }
    if not keys["servicenow"] and not keys["email"]:
        keys["servicenow"] = ["caller_id"]
    return {kind: names for kind, names in keys.items() if names}


def _opening(columns: tuple[str, ...]) -> Description:
    """How it came in tells who began it; that a caller is a service account tells more."""
    began = dict.fromkeys(_cases(CHANNELS), "customer") | dict.fromkeys(_cases(MACHINES), "system")
    began |= dict.fromkeys(_cases(DESK), "company")
    actor = _role("actor", "contact_type", columns, {"map": began, "otherwise": ""})
    for name in there(SERVICE_ACCOUNT, columns)[:1]:
        known = dict.fromkeys(TRUE, "system") | dict.fromkeys(FALSE, "customer")
        actor = _role("actor", name, columns, {"map": known})
    channels = {written: channel for name, channel in CHANNELS.items() for written in _cases([name])}
    return {
        "time": "opened_at",
        "activity": {"value": "Incident opened"},
        **_role("channel", "contact_type", columns, {"map": channels}),
        **actor,
    }


def _cases(names: Iterable[str]) -> list[str]:
    """As displayed and as stored."""
    return [written for name in names for written in (name, name.lower())]


def _users() -> Description:
    """What no person does is done by the user `system`; the states are the desk's to set."""
    return {"map": {"system": "system", "System": "system"}, "otherwise": "company"}


def _resolvers() -> Description:
    return {"map": dict.fromkeys(BY_CALLER, "customer"), "otherwise": "company"}


def _state(export: Export, table: str, column: str) -> Description:
    """The new state in words; a study file's own template takes the columns as they stand."""
    if table in export.source.activities:
        return {"template": export.activity(table)}
    return {"column": column, "map": STATES}


def _told_by(export: Export) -> str | None:
    """The table that tells changes of state; of several the one that tells most, lest they count twice."""
    return next((table for table in (LOG, AUDIT, LINES, METRICS) if export.has(table)), None)


def _of_incident(export: Export, columns: tuple[str, ...], column: str, named_by: str) -> Description:
    """Whose incident a row is; the table of incidents gives its number, and leaves out other tasks."""
    if "number" in columns or not export.has("incident"):
        return {"record": {"type": "incident", "id": "number" if "number" in columns else column}}
    lookup = {**export.place_of("incident"), "column": column, "id": named_by}
    return {"record": {"type": "incident", "id": "number"}, "lookup": lookup}


def _times(export: Export, table: str) -> Description:
    """With labels, times are written as the user likes: as the study file says, or as they prove."""
    declared = export.option("format")
    if not declared and not export.headings_of(table).headed:
        return {}
    return {"time": {"format": declared or None}}


def _first(columns: tuple[str, ...], *names: str) -> str:
    """The first of some names that the table has; else the first, to be named as missing."""
    return next(iter(there(list(names), columns)), names[0])


def _role(role: str, column: str, columns: tuple[str, ...], how: Description | None = None) -> Description:
    """A role's column, where the export was made with it."""
    return {role: {"column": column, **(how or {})}} if column in columns else {}


SERVICENOW = Preset(
    name="ServiceNow",
    tables={
        "sys_user": _user,
        "incident": _incident,
        LOG: _event_log,
        AUDIT: _changes(AUDIT),
        LINES: _changes(LINES),
        METRICS: _metric,
        "task_sla": _task_sla,
    },
    holds="The folder holds list exports: incident.csv, sys_audit.csv, sys_user.csv …",
    told_by={
        "incident": ["number", "opened_at", "state"],
        AUDIT: ["documentkey", "fieldname", "newvalue"],
        LOG: ["number", "incident_state", "sys_updated_at"],
    },
    nulls=("", "?", "-100"),
    row_id="sys_id",
    kept={
        "tablename": ["incident"],
        "set.table": ["incident"],
        "table": ["incident", "Incident"],
        "task.sys_class_name": ["Incident", "incident"],
    },
    also_called={
        LOG: ["incident_event_log_sample", "uci498_incident_event_log"],
        METRICS: ["incident_metric"],
        "incident": ["incidents"],
    },
    activities=ACTIVITIES,
    spellings=SPELLINGS,
    known_by=KNOWN_BY,
)
