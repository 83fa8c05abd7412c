"""Faults by name: how a provider misbehaves, once, n times or at a rate, and what must come of it."""

from .catalogue import FaultCase, catalogue
from .recipes import RECIPES, Fault, Planned, Recipe, faulty, faulty_once, unlucky

__all__ = [
    "RECIPES",
    "Fault",
    "FaultCase",
    "Planned",
    "Recipe",
    "catalogue",
    "faulty",
    "faulty_once",
    "unlucky",
]
