"""What tests of the doors may ask for."""

from tests.staff.conftest import quick_passwords

__all__ = ["quick_passwords"]
