"""What is said of a list of measurements."""

from collections.abc import Sequence


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return median, 95th percentile and largest of `values`, by nearest rank."""
    ordered = sorted(values)
    return {
        "p50": round(_rank(ordered, 0.50), 3),
        "p95": round(_rank(ordered, 0.95), 3),
        "max": round(ordered[-1], 3),
    }


def _rank(ordered: Sequence[float], share: float) -> float:
    position = max(0, -(-len(ordered) * share // 1) - 1)
    return ordered[int(position)]
