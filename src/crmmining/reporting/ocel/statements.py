"""What the export asks of a workspace; what may be long is asked for page by page.

A page begins after a number and has at most so many rows; what belongs to its objects is asked for by
the first and the last number in it.
"""

from __future__ import annotations

RECORD_TYPES = """
    SELECT DISTINCT n.name
    FROM records r JOIN names n ON n.kind = 'record_type' AND n.code = r.type
    ORDER BY n.name
"""
RECORD_ATTRIBUTES = """
    SELECT DISTINCT n.name, a.attribute
    FROM record_attributes a
    JOIN records r ON r.record = a.record
    JOIN names n ON n.kind = 'record_type' AND n.code = r.type
    ORDER BY 1, 2
"""
CUSTOMER_ATTRIBUTES = "SELECT DISTINCT attribute FROM customer_attributes ORDER BY 1"
ACTIVITIES = """
    SELECT name FROM names WHERE kind = 'activity' AND code IN (SELECT activity FROM events) ORDER BY code
"""

CALLED = "ocel_customers"
# A customer by the key they are called by, and its kind: an e-mail address where there is one.
CALLED_BY = """
    SELECT c.customer, c.key, coalesce(min(k.kind) FILTER (WHERE k.kind = 'email'), min(k.kind)) AS kind
    FROM customers c
    JOIN key_customers o ON o.customer = c.customer
    JOIN keys k ON k.key = o.key AND k.value = c.key
    GROUP BY c.customer, c.key
"""
CUSTOMERS = f"SELECT customer, kind, key FROM {CALLED} WHERE customer > ? ORDER BY customer LIMIT ?"
OF_CUSTOMERS = """
    SELECT customer, attribute, value FROM customer_attributes WHERE customer BETWEEN ? AND ? ORDER BY 1, 2
"""
RECORDS = f"""
    SELECT r.record, n.name, r.id, c.kind, c.key, r.opened, r.closed
    FROM (SELECT * FROM records WHERE record > ? ORDER BY record LIMIT ?) r
    JOIN names n ON n.kind = 'record_type' AND n.code = r.type
    LEFT JOIN {CALLED} c ON c.customer = r.customer
    ORDER BY r.record
"""
OF_RECORDS = """
    SELECT record, attribute, value FROM record_attributes WHERE record BETWEEN ? AND ? ORDER BY 1, 2
"""
LINKS = """
    SELECT l.record, n.name, r.id
    FROM links l
    JOIN records r ON r.record = l.linked
    JOIN names n ON n.kind = 'record_type' AND n.code = r.type
    WHERE l.record BETWEEN ? AND ?
    ORDER BY l.record, r.record
"""
# Times of a goal that are absent are -1 there.
GOALS = f"""
    SELECT g.instance, n.name, c.kind, c.key, g.number, g.outcome, g.started, g.last, nullif(g.reached, -1)
    FROM (SELECT * FROM goals WHERE instance > ? ORDER BY instance LIMIT ?) g
    JOIN names n ON n.kind = 'goal' AND n.code = g.goal
    JOIN {CALLED} c ON c.customer = g.customer
    ORDER BY g.instance
"""
SERVED = """
    SELECT DISTINCT i.instance, n.name, r.id
    FROM event_goals i
    JOIN events e ON e.event = i.event
    JOIN records r ON r.record = e.record
    JOIN names n ON n.kind = 'record_type' AND n.code = r.type
    WHERE i.instance BETWEEN ? AND ?
    ORDER BY 1, 2, 3
"""
_NAMED = "LEFT JOIN names {0} ON {0}.kind = '{1}' AND {0}.code = e.{1}"
EVENTS = f"""
    SELECT
        e.event, a.name, e.time, e.start, channel.name, department.name, resource.name, e.actor,
        e.satisfaction, e.sentiment, c.kind, c.key, t.name, r.id, g.name, f.number
    FROM (SELECT * FROM customer_events WHERE event > ? ORDER BY event LIMIT ?) e
    JOIN names a ON a.kind = 'activity' AND a.code = e.activity
    {_NAMED.format("channel", "channel")}
    {_NAMED.format("department", "department")}
    {_NAMED.format("resource", "resource")}
    LEFT JOIN {CALLED} c ON c.customer = e.customer
    LEFT JOIN records r ON r.record = e.record
    LEFT JOIN names t ON t.kind = 'record_type' AND t.code = r.type
    LEFT JOIN event_goals i ON i.event = e.event
    LEFT JOIN goal_facts f ON f.instance = i.instance
    LEFT JOIN names g ON g.kind = 'goal' AND g.code = i.goal
    ORDER BY e.event
"""
