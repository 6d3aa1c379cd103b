"""CPU time by owner: samples of a program, or stacks that another profiler wrote, as a table and a flame graph."""

from whose.report.profile.collapsed import load_collapsed
from whose.report.profile.flame_graph import flame_graph_page
from whose.report.profile.samples import Profile, Sample, load_samples

__all__ = ["Profile", "Sample", "flame_graph_page", "load_collapsed", "load_samples"]
