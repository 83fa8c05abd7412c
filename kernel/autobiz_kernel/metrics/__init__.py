"""Numbers for those who watch the kernel, in Prometheus' form."""

from .kernel_metrics import KernelMetrics

__all__ = ["KernelMetrics"]
