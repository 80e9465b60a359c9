"""TLS: the handshake, its certificate, and whether our own is wanted (layer `tls`)."""

from __future__ import annotations

from isocenter.doctor.visit import Visit
from isocenter.model.checkup import Layer, Outcome, Step


def shake_hands(visit: Visit) -> Step:
    """Nothing to do for a node that is called in clear."""
    return Step(Layer.TLS, Outcome.SKIPPED, "not used by this node")
