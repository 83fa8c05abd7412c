"""Webhooks as providers send them: signed in their ways, delivered in virtual time, with every bad manner."""

from .postman import Manners, Post, Told, due, forged, plan
from .signers import (
    PrintfulSigner,
    SendgridSigner,
    ShopifySigner,
    Signer,
    SlackSigner,
    StripeSigner,
    written,
)

__all__ = [
    "Manners",
    "Post",
    "PrintfulSigner",
    "SendgridSigner",
    "ShopifySigner",
    "Signer",
    "SlackSigner",
    "StripeSigner",
    "Told",
    "due",
    "forged",
    "plan",
    "written",
]
