"""Simplicity of a net: how few arcs its places and transitions have."""

from __future__ import annotations

from collections import Counter

from crmmining.mining.models import PetriNet

DEFINITION = "Simplicity = 1 / (1 + mean arcs per node of the net − 2), at most 1 (Blum 2015)."


def measure_simplicity(net: PetriNet) -> float:
    """Inverse arc degree (Blum 2015): 1 / (1 + mean degree - 2), 1 for a plain chain or anything simpler.

    >>> from crmmining.mining.models import Transition
    >>> chain = PetriNet(("p", "q"), (Transition("t", "a"),), (("p", "t"), ("t", "q")), {"p": 1}, {"q": 1})
    >>> measure_simplicity(chain)
    1.0
    """
    degree = Counter(end for arc in net.arcs for end in arc)
    n_nodes = len(net.places) + len(net.transitions)
    return 1 / (1 + max(sum(degree.values()) / max(n_nodes, 1) - 2, 0))
