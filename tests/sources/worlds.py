"""Made-up exports that grow, change and arrive late; and all that a workspace says, without its codes."""

import random
from pathlib import Path
from typing import Any

import pandas as pd

from crmmining.eventlog.study import Study

DECLARED = """
study: Growing
sources:
  - table: deals/*.csv
    record:
      {type: deal, id: deal, opened: begun, closed: ended,
       attributes: {kind: {column: kind}, first: {column: kind, take: first}, topic: {column: topic}}}
    customer: {id: who}
    links: [{column: came_from}, {column: case, to: case}]
    event: {id: n, time: at, activity: step, resource: by, actor: {value: company}}
  - table: cases.csv
    record: {type: case, id: case, attributes: {kind: {column: kind, take: max}, topic: {column: topic}}}
    customer: {email: mail, phone: phone}
    customer_attributes: {region: region}
    links: [{column: parent}]
    event: {time: at, activity: step, channel: via, actor: side, satisfaction: score,
            sentiment: {column: tone, map: {good: 1, bad: -0.5}}}
  - table: tasks/*.csv
    record: {type: "*", id: what}
    event: {time: at, activity: step, customer: {id: who}}
  - table: people/*.csv
    customer: {id: who, email: mail, phone: phone}
    customer_attributes: {region: region}
processes:
  Loans: {record: deal, where: {kind: [a, b]}, closed_by: [done], department: Lending}
  Cards: {record: deal, where: {kind: c}, department: Cards}
  Help: {record: case, closed_by: [solved], department: Service}
goals:
  Get it:
    {opened_by: [begin, look], reached_by: [done], ended_by: [no],
     includes: {processes: [Loans, Cards], activities: [call]}}
  Be helped:
    {opened_by: [ask], reached_by: [solved], includes: {processes: [Help], activities: [call]}, by: topic,
     settled_after: 3d, silence: 9d}
segments: [region]
"""

HEADERS = {
    "deals": "n,at,step,who,deal,came_from,case,kind,topic,begun,ended,by",
    "cases": "at,step,case,mail,phone,kind,topic,parent,via,side,score,region,tone",
    "tasks": "at,step,what,who",
    "people": "who,mail,phone,region",
}


class World:
    """Tables of rows by file, in the hands of chance."""

    def __init__(self, seed: int, shared_above: int = 10, declared: str = DECLARED) -> None:
        self.chance, self.shared_above, self.declared = random.Random(seed), shared_above, declared
        self.files: dict[str, list[str]] = {
            "deals/w10.csv": self.rows("deals", 25),
            "deals/w30.csv": self.rows("deals", 25),
            "cases.csv": self.rows("cases", 25),
            "tasks/t2.csv": self.rows("tasks", 12),
            "people/p2.csv": self.rows("people", 6),
        }

    def rows(self, table: str, n: int) -> list[str]:
        return [getattr(self, f"_{table}")() for _ in range(n)]

    def _at(self) -> str:
        day = f"2025-{self.chance.randint(1, 3):02}-{self.chance.randint(1, 28):02}"
        return day if self.chance.random() < 0.5 else f"{day} 1{self.chance.randint(0, 9)}:00"

    def _deals(self) -> str:
        pick, n = self.chance.choice, self.chance.randint
        return ",".join([
            f"e{n(1, 60)}", self._at(), pick(["begin", "work", "done", "no"]),
            pick(["", f"c{n(1, 8)}"]), f"d{n(1, 12)}", pick(["", "", f"d{n(1, 12)}", f"k{n(1, 6)}"]),
            pick(["", "", f"k{n(1, 9)}"]), pick("abcd"), pick(["", "x", "y"]), "2025-01-01",
            pick(["", "2025-03-01", "2025-02-10"]), pick(["", "Ann", "Bob"]),
        ])  # fmt: skip

    def _cases(self) -> str:
        pick, n = self.chance.choice, self.chance.randint
        return ",".join([
            self._at(), pick(["ask", "call", "solved"]), f"k{n(1, 9)}", pick(["", f"m{n(1, 6)}@x.org"]),
            pick(["", f"0{n(1, 6)}"]), pick("ab"), pick(["", "x", "y"]), pick(["", "", f"k{n(1, 9)}"]),
            pick(["", "phone", "web", f"v{n(1, 9)}"]), pick(["", "customer", "company"]),
            pick(["", str(n(1, 5))]), pick(["", "North", "South"]), pick(["", "good", "bad"]),
        ])  # fmt: skip

    def _tasks(self) -> str:
        pick, n = self.chance.choice, self.chance.randint
        what = pick([f"d{n(1, 14)}", f"k{n(1, 4)}"])
        return ",".join([self._at(), pick(["call", "look"]), what, pick(["", f"c{n(1, 8)}"])])

    def _people(self) -> str:
        pick, n = self.chance.choice, self.chance.randint
        mail, phone = pick(["", f"m{n(1, 7)}@x.org"]), pick(["", f"0{n(1, 7)}"])
        return ",".join([f"c{n(1, 9)}", mail, phone, pick(["", "North", "West"])])

    def change(self) -> str:
        """Something happens to the exports; returns what."""
        happens = self.chance.choice(["grow", "again", "arrive", "rewrite", "correct", "overlap", "shrink"])
        name = self.chance.choice(sorted(self.files))
        table, rows = name.split("/")[0].removesuffix(".csv"), self.files[name]
        folder = table if table != "cases" else "deals"
        new = f"{folder}/{'w' if folder == 'deals' else 'x'}{self.chance.randint(1, 99):02}.csv"
        if happens == "grow":
            self.files[name] = rows + self.rows(table, 3)
        elif happens == "again":
            self.files[name] = rows + self.chance.choices(rows, k=3) + [rows[0]] * self.chance.randint(0, 5)
        elif happens == "arrive":
            self.files[new] = self.rows(folder, 5)
        elif happens == "rewrite":
            self.files[name] = self.rows(table, len(rows))
        elif happens == "correct":
            self.files[name] = [self.rows(table, 1)[0], *rows[1:]]
        elif happens == "overlap" and folder == table:
            self.files[new] = self.chance.sample(rows, len(rows) // 2) + self.rows(folder, 2)
        elif happens == "shrink":
            self.files[name] = rows[: max(1, len(rows) - 4)]
        return f"{happens} {name}"

    def write(self, folder: Path) -> Path:
        for name, rows in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            header = HEADERS[name.split("/")[0].removesuffix(".csv")]
            content = "\n".join([header, *rows]) + "\n"
            if not path.exists() or path.read_text() != content:
                path.write_text(content)
        (folder / "study.yaml").write_text(
            f"{self.declared}customers: {{shared_above: {self.shared_above}}}\n"
        )
        return folder / "study.yaml"


_NAMED = """(
    SELECT record, n.name || ' ' || id AS r FROM records JOIN names n ON kind = 'record_type' AND code = type
)"""
_TOLD = {
    "events": """
        SELECT
            f.path, e.row, e.event % 16, e.id, e.time, e.start, a.name, c.key, r.r, ch.name, d.name, s.name,
            e.actor, e.visible, e.contact, e.satisfaction, e.sentiment, k.kind, k.value
        FROM customer_events e
        JOIN files f ON f.file = e.file
        LEFT JOIN names a ON a.kind = 'activity' AND a.code = e.activity
        LEFT JOIN names ch ON ch.kind = 'channel' AND ch.code = e.channel
        LEFT JOIN names d ON d.kind = 'department' AND d.code = e.department
        LEFT JOIN names s ON s.kind = 'resource' AND s.code = e.resource
        LEFT JOIN customers c ON c.customer = e.customer
        LEFT JOIN keys k ON k.key = e.key
        LEFT JOIN {named} r ON r.record = e.record
    """,
    "records": """
        SELECT r.r, c.key, x.process, x.opened, x.closed, x.first, x.shared, x.n_customers, x.n_processes
        FROM records x JOIN {named} r ON r.record = x.record LEFT JOIN customers c ON c.customer = x.customer
    """,
    "attributes": """
        SELECT r.r, attribute, value FROM record_attributes x JOIN {named} r ON r.record = x.record
    """,
    "links": """
        SELECT a.r, b.r
        FROM links l JOIN {named} a ON a.record = l.record JOIN {named} b ON b.record = l.linked
    """,
    "customers": """
        SELECT c.key, k.kind, k.value
        FROM customers c JOIN key_customers o ON o.customer = c.customer JOIN keys k ON k.key = o.key
    """,
    "people": """
        SELECT c.key, a.attribute, a.value FROM customer_attributes a JOIN customers c USING (customer)
    """,
    "silences": "SELECT * FROM silences",
    "pair silences": """
        SELECT p.goal, b.name, a.name, p.n, p.mean, p.silence
        FROM pair_silences p
        JOIN names b ON b.kind = 'activity' AND b.code = p.before
        JOIN names a ON a.kind = 'activity' AND a.code = p.after
    """,
    "pauses": "SELECT c.key, goal, longest FROM goal_pauses JOIN customers c USING (customer)",
    "margins": "SELECT c.key, goal, low, high FROM goal_margins JOIN customers c USING (customer)",
    "goals": """
        SELECT c.key, g.number, g.goal, n.name, g.begun, g.last, g.reached, g.ended, g.outcome
        FROM goals g
        JOIN customers c USING (customer)
        LEFT JOIN names n ON n.kind = 'by topic' AND n.code = g.by_code
    """,
    "assigned": """
        SELECT f.path, e.row, e.event % 16, c.key, g.number, i.rule
        FROM event_goals i
        JOIN events e USING (event)
        JOIN files f USING (file)
        JOIN goal_facts g USING (instance)
        JOIN customers c ON c.customer = g.customer
    """,
    "refused": """
        SELECT f.path, r.row, r.column_name, r.value, r.reason FROM refused r JOIN files f USING (file)
    """,
}


def told(study: Study) -> dict[str, Any]:
    """Everything a study's workspace says, in words."""
    found: dict[str, Any] = {
        name: sorted(map(repr, study.workspace.rows(sql.format(named=_NAMED)))) for name, sql in _TOLD.items()
    }
    for log in (*map(study.process_log, study.processes), *map(study.journey_log, study.goals)):
        hidden = ["record", "instance", "customer"]
        found[f"events of {log.notion}"] = written(log.to_frame().drop(columns=hidden, errors="ignore"))
        found[f"cases of {log.notion}"] = written(log.cases.drop(columns=hidden, errors="ignore"))
        found[f"ties of {log.notion}"] = log.n_ties
    quality = study.quality.findings
    found["quality"] = written(quality[quality["topic"] != "times"])
    return found


def written(frame: pd.DataFrame) -> list[str]:
    return frame.to_csv(index=False).splitlines()
