"""Vendors that keep their contract, and break it on a seeded schedule."""

from maracuja.simulate.vendors.mail import MailVendor

__all__ = ["MailVendor"]
