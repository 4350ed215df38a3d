from tests.samples.worlds import make_world

from crmmining.samples.effects import HomeMoveEffects


def realised(world, name):
    return world.facts[name]["realised"]


def test_without_effects_nothing_is_to_be_found(world_without_effects):
    nothing = world_without_effects
    assert realised(nothing, "white_space_lending_insurance") < 1.5  # nights and weekends
    assert realised(nothing, "false_closure") == 0
    assert realised(nothing, "forced_channel_switch") == 0
    assert realised(nothing, "broken_promises_lending") < 0.02
    assert realised(nothing, "broken_promises_customer_care") == 0
    assert abs(realised(nothing, "proactive_call_reached")) < 0.09
    assert abs(realised(nothing, "proactive_call_inbound")) < 0.25
    assert abs(realised(nothing, "weekday_delay")) < 0.2
    assert abs(realised(nothing, "survey_bias")) < 0.25
    assert abs(realised(nothing, "survey_response_rate") - 0.14) < 0.03


def test_one_effect_is_as_large_as_it_is_planted(tmp_path):
    world = make_world(tmp_path, 1500, 11, HomeMoveEffects(white_space_days=20, false_closure=0.5))
    assert abs(realised(world, "white_space_lending_insurance") - 20) < 2
    assert abs(realised(world, "false_closure") - 0.5) < 0.07
    assert abs(realised(world, "proactive_call_inbound_shock") - 1.5) < 0.25
