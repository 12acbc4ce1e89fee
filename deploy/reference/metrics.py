"""Every metric, from the registry that `/metrics` tells."""

from __future__ import annotations

from prometheus_client import REGISTRY

from deploy.reference._markdown import code, table
from services.chassis import metrics

TITLE = "Metrics"
ABOUT = "What each service tells at `/metrics`, in Prometheus' text format."


def body() -> str:
    ours = sorted((metric for metric in REGISTRY.collect() if metric.name.startswith("daybook_")), key=lambda metric: metric.name)
    labels = {m._name: ", ".join(m._labelnames) for m in vars(metrics).values() if hasattr(m, "_labelnames")}  # noqa: SLF001 - no public way
    rows = ((code(metric.name), metric.type, labels.get(metric.name, ""), metric.documentation) for metric in ours)
    return table(("metric", "type", "labels", "meaning"), rows)
