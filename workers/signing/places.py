"""Where visible signatures go: the places that the page of the decision keeps free for them."""

from __future__ import annotations

from workers.pdfa.decision_page import LEADER_BOX, SEAL_BOX, SIGNATURE_PAGE
from workers.signing.appearance import seal_box
from workers.signing.prepare import Place

PLACES = {"leader": Place(SIGNATURE_PAGE, LEADER_BOX), "seal": Place(SIGNATURE_PAGE, seal_box(SEAL_BOX))}
