"""The HTML page of a replay: one file, no script, nothing fetched from anywhere."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evals.replay_plots import (
    Plot,
    confusion_matrix,
    learning_plots,
    reliability_plot,
    risk_coverage_plot,
)
from evals.replay_run import Record
from evals.replay_words import headline, lead, lines, mistakes, parts

_TEMPLATES = Path(__file__).parent / "html"
_JUDGED = {
    "must_not_send": "{} by being marked as not to be sent",
    "must_say": "{} by what the reply must say",
    "expected_source": "{} by the source that it must quote",
    "resolution": "{} by likeness with the right reply (a machine's judgement)",
    "may_be_sent": "{} only by being allowed to be sent (what the reply says was not checked)",
}


def render(template: str, **values: Any) -> str:
    """Fill a template of `evals/html`; every value is escaped."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**values)


def replay_page(
    report: Mapping[str, Any],
    records: Sequence[Record],
    learning: Path,
    *,
    show_text: bool,
) -> str:
    """The page of a report; the learning curve is read from the file `learning` where it exists."""
    plots, missing = _plots(report, learning)
    classification = report["classification"]
    return render(
        "replay.html.j2",
        report=report,
        headline=headline(report),
        lead=lead(report),
        parts=parts(report, records),
        lines=lines(report),
        notes=_notes(report),
        confusion=confusion_matrix(classification["confusion"]) if classification else None,
        plots=plots,
        missing=missing,
        mistakes=mistakes(records, show_text=show_text),
        show_text=show_text,
        rules=list(report["rules"].items()),
        small_print=_small_print(report),
    )


def _plots(report: Mapping[str, Any], learning: Path) -> tuple[list[Plot], list[str]]:
    plots, missing = [], []
    if report["risk_coverage"]:
        plots.append(risk_coverage_plot(report["risk_coverage"]))
    else:
        missing.append("No risk–coverage curve: no reply that can be judged was open to be sent.")
    if report["probability"]:
        plots.append(reliability_plot(report["probability"]["bins"]))
    else:
        missing.append("No reliability diagram: no drafted reply can be judged by the labels.")
    if not (report["classification"] or {}).get("confusion", {}).get("labels"):
        missing.append("No confusion matrix: the file has no column 'category'.")
    curves = read_learning(learning)
    plots += [plot for name, points in curves.items() for plot in learning_plots(name, points)]
    if not curves:
        missing.append("No learning curve: make eval-learning writes it for the next replay.")
    return plots, missing


def read_learning(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Data set → points of `make eval-learning`'s report; empty where there is none."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    reports = found if isinstance(found, list) else [found]
    if isinstance(found, dict) and "points" not in found:
        reports = [
            {"dataset": name, **each} for name, each in found.items() if isinstance(each, dict)
        ]
    return {
        str(each.get("dataset", "corrections")): points
        for each in reports
        if isinstance(each, dict) and (points := _points(each.get("points")))
    }


def _points(points: Any) -> list[dict[str, Any]]:
    if not isinstance(points, list):
        return []
    good = [p for p in points if isinstance(p, dict) and {"n", "sent", "wrong"} <= set(p)]
    return sorted(good, key=lambda point: int(point["n"]))


def _notes(report: Mapping[str, Any]) -> list[str]:
    sending = report["sending"]
    judged = [
        words.format(sending["judged_by"][name])
        for name, words in _JUDGED.items()
        if name in sending["judged_by"]
    ]
    notes = [f"Tickets are judged: {'; '.join(judged)}."] if judged else []
    if sending["sent_unjudged"]:
        notes.append(
            f"{sending['sent_unjudged']} replies were sent that no label can judge; they count as "
            "sent and in no other measure."
        )
    if report["unused_columns"]:
        notes.append(f"Columns that were not used: {', '.join(report['unused_columns'])}.")
    return notes


def _small_print(report: Mapping[str, Any]) -> list[str]:
    models = ", ".join(report["cost"]["models"]) or "none"
    return [
        f"Models: {models}. {report['seconds']} seconds in all for {report['tickets']} tickets.",
        "Shares have the exact interval of Clopper and Pearson, F1 and calibration the percentile "
        "interval of 1,000 bootstrap resamples with a fixed seed.",
        f"Made by: {report['command']}",
    ]
