from collections import Counter

from tests.samples.worlds import DAY, END, utc

MOVE, BILL = "Move into a home", "Understand my bill"


def test_every_event_of_a_goal_lies_between_its_begin_and_its_end(world):
    events = world.events()
    for number, goal in world.goals.items():
        moments = [at for at, name in events[number] if name != "Survey answered"]
        assert moments[0] == utc(goal["began"])
        if goal["ended"]:
            assert moments[-1] <= utc(goal["ended"]) < END


def test_goals_are_reached_by_the_events_of_the_study(world):
    events = world.events()
    reaching = {MOVE: "Move-in: Closed", BILL: "Pay bill"}
    for number, goal in world.goals.items():
        has_reached = any(activity == reaching[goal["goal"]] for _, activity in events[number])
        assert has_reached == (goal["outcome"] == "reached")


def test_abandoned_goals_fall_silent(world):
    events = world.events()
    for number, goal in world.goals.items():
        if goal["outcome"] == "abandoned":
            assert all(at <= utc(goal["ended"]) + 6 * DAY for at, _ in events[number])


def test_open_goals_began_near_the_end(world):
    open_goals = [goal for goal in world.goals.values() if goal["outcome"] == "open"]
    assert open_goals
    assert all(END - utc(goal["began"]) < 120 * DAY and not goal["ended"] for goal in open_goals)


def test_like_goals_of_one_customer_are_well_apart(world):
    spans = {}
    for goal in world.goals.values():
        spans.setdefault((goal["customer_email"], goal["goal"]), []).append(
            (utc(goal["began"]), utc(goal["ended"]) if goal["ended"] else END)
        )
    twice = [sorted(both) for both in spans.values() if len(both) > 1]
    assert len(twice) > 30
    assert all(second[0] - first[1] > 50 * DAY for first, second in twice)


def test_records_of_a_goal_belong_to_its_customer(world):
    email = {row["Id"]: row["Email"].lower() for row in world.kept("Contact")}
    for table in ("Opportunity", "Case"):
        for record in world.kept(table):
            owner = world.goals[record["goal"]]["customer_email"]
            assert email[record["ContactId"]] == owner
    for lead in world.kept("Lead"):
        assert lead["Email"].lower() == world.goals[lead["goal"]]["customer_email"]


def test_noise_is_page_views_early_campaign_mails_and_unknown_callers(world):
    noise = Counter(activity for _, activity in world.events()[0])
    calls = {"Chase status", "Help after online step", "Question about bill"}
    pages = {"Home page", "View bill"}
    assert set(noise) <= pages | {"Campaign mail", "Campaign responded"} | calls
    assert min(noise[page] for page in pages) > 1000


def test_bill_views_that_serve_no_goal_are_of_people_without_one_about_bills(world):
    with_goal = {goal["customer_email"] for goal in world.goals.values() if goal["goal"] == BILL}
    views = [v for v in world.rows("web_visits.csv") if v["page_group"] == "View bill"]
    for view in views:
        assert (view["goal"] == 0) == (view["email"].lower() not in with_goal)


def test_no_two_events_of_a_goal_share_their_moment(world):
    for number, events in world.events().items():
        if number:
            assert len({at for at, _ in events}) == len(events)
