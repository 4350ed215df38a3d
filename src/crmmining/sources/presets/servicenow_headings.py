"""How ServiceNow's lists are exported with labels: the field's label of a base system for each column.

A CSV export has the names of fields, unless ``glide.export.csv.column_header_label`` asks for labels; an
Excel export has labels. A field of another record (`caller_id.email`) has no label that tells whose it is,
so it is read under its name alone. The view `incident_metric` puts ``inc_`` and ``mi_`` before the fields.
Source: ServiceNow product documentation (System properties for display value and header; Incident form
fields; Metric definition; Database views).
"""

from __future__ import annotations

from crmmining.sources.presets.headings import Spellings

SPELLINGS: dict[str, Spellings] = {
    "incident": {
        "sys_id": ["Sys ID"],
        "number": ["Number"],
        "opened_at": ["Opened"],
        "resolved_at": ["Resolved"],
        "closed_at": ["Closed"],
        "resolved_by": ["Resolved by"],
        "state": ["State"],
        "incident_state": ["Incident state"],
        "caller_id": ["Caller"],
        "contact_type": ["Channel", "Contact type"],
        "category": ["Category"],
        "subcategory": ["Subcategory"],
        "priority": ["Priority"],
        "impact": ["Impact"],
        "urgency": ["Urgency"],
        "assignment_group": ["Assignment group"],
        "close_code": ["Resolution code", "Close code"],
        "location": ["Location"],
        "business_service": ["Service", "Business service"],
        "reassignment_count": ["Reassignment count"],
        "reopen_count": ["Reopen count"],
        "made_sla": ["Made SLA"],
        "parent_incident": ["Parent Incident"],
    },
    "sys_user": {
        "sys_id": ["Sys ID"],
        "user_name": ["User ID"],
        "email": ["Email"],
        "phone": ["Business phone"],
        "mobile_phone": ["Mobile phone"],
    },
    "sys_audit": {
        "sys_id": ["Sys ID"],
        "tablename": ["Table name"],
        "documentkey": ["Document key"],
        "fieldname": ["Field name"],
        "newvalue": ["New value"],
        "record_checkpoint": ["Update count"],
        "user": ["User"],
        "sys_created_on": ["Created"],
    },
    "task_sla": {
        "task": ["Task"],
        "sla": ["SLA definition"],
        "has_breached": ["Has breached"],
        "planned_end_time": ["Breach time"],
    },
    "metric_instance": {
        "number": ["inc_number"],
        "sys_id": ["mi_sys_id", "Sys ID"],
        "id": ["mi_id", "ID"],
        "table": ["mi_table", "Table"],
        "definition": ["mi_definition", "Definition"],
        "field": ["mi_field", "Field"],
        "value": ["mi_value", "Value"],
        "start": ["mi_start", "Start"],
    },
}
KNOWN_BY = {
    "incident": [["Number", "Opened", "State", "Caller"]],
    "sys_audit": [["Document key", "Field name", "New value"]],
    "sys_user": [["User ID", "Name", "Email"]],
    "task_sla": [["Task", "SLA definition", "Has breached"]],
    "metric_instance": [["inc_number", "mi_definition", "mi_value", "mi_start"]],
}
